import type { BackChannelLogout } from './back-channel-logouts.ts'
import type { BrowserSession } from './browser-sessions.ts'
import type { Provider } from './simulated-provider.ts'

/** A logout that a service must be informed of. */
export interface Notice {
  readonly clientId: string
  readonly sub: string
}

/** Ends a browser's session and its codes. Returns the logouts to send to the services of its journeys. */
export function closeSession(provider: Provider, session: BrowserSession): Notice[] {
  provider.sessions.end(session)
  for (const { sid } of session.journeys) provider.grants.withdrawCode(sid)
  return session.journeys.flatMap(({ clientId, sub }) => (sub === undefined ? [] : [{ clientId, sub }]))
}

/** Ends a browser's session and informs the service of every journey, including the one that asked for the logout. */
export function endSession(provider: Provider, session: BrowserSession): void {
  for (const notice of closeSession(provider, session)) void tell(provider, notice)
}

/** Informs a service, if it has an address for that. */
export function tell(
  provider: Provider,
  notice: Notice,
  to?: string,
): Promise<BackChannelLogout> | undefined {
  const uri = to ?? provider.clients.find(notice.clientId)?.backChannelLogoutUri
  return uri === undefined ? undefined : provider.backChannel.send(notice.clientId, notice.sub, uri)
}

/**
 * Ends every session of a user and informs the services of their journeys. If there are none, informs every service
 * that has an address for that.
 */
export async function signOutEverywhere(
  provider: Provider,
  sub: string,
  to?: string,
): Promise<BackChannelLogout[]> {
  const notices = provider.sessions.of(sub).flatMap((session) => closeSession(provider, session))
  const all = provider.clients.all.map(({ clientId }) => ({ clientId, sub }))
  const told = (notices.length > 0 ? notices : all).map((notice) => tell(provider, notice, to))
  return Promise.all(told.filter((sending) => sending !== undefined))
}
