import type { BrowserSession } from './browser-sessions.ts'
import type { Provider } from './provider.ts'

/** Ends a browser's session: its codes are withdrawn and every service of its journeys is told. */
export function endSession(provider: Provider, session: BrowserSession): void {
  provider.sessions.end(session)
  for (const journey of session.journeys) {
    provider.grants.withdrawCodes(journey.sid)
  }
}
