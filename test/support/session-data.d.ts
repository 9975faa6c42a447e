import 'express-session'

// The session data that an app declares.
declare module 'express-session' {
  interface SessionData {
    returnTo?: string
  }
}
