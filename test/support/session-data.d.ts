import 'express-session'

// An app declares what it keeps in its sessions.
declare module 'express-session' {
  interface SessionData {
    returnTo?: string
  }
}
