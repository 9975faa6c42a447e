import type { BackChannelLogout } from './back-channel-logouts.ts'
import type { BrowserSession } from './browser-sessions.ts'
import type { Provider } from './simulated-provider.ts'

/** A logout that a service must be informed of. */
export interface EndedSignIn {
  readonly clientId: string
  readonly sub: string
}

/** Ends a browser's session and its codes. Returns the logouts to send to the services of its journeys. */
export function closeSession(provider: Provider, session: BrowserSession): EndedSignIn[] {
  provider.sessions.end(session)
  for (const { sid } of session.journeys) provider.grants.withdrawCode(sid)
  return session.journeys.flatMap(({ clientId, sub }) => (sub === undefined ? [] : [{ clientId, sub }]))
}

/** Ends a browser's session and informs the service of every journey, including the one that asked for the logout. */
export function endSession(provider: Provider, session: BrowserSession): void {
  for (const signIn of closeSession(provider, session)) void notifyService(provider, signIn)
}

/** Informs a service, if it has an address for that. */
export function notifyService(
  provider: Provider,
  signIn: EndedSignIn,
  to?: string,
): Promise<BackChannelLogout> | undefined {
  const uri = to ?? provider.clients.find(signIn.clientId)?.backChannelLogoutUri
  return uri === undefined ? undefined : provider.backChannel.send(signIn.clientId, signIn.sub, uri)
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
  const signIns = provider.sessions.of(sub).flatMap((session) => closeSession(provider, session))
  const all = provider.clients.all.map(({ clientId }) => ({ clientId, sub }))
  const deliveries = (signIns.length > 0 ? signIns : all).map((signIn) => notifyService(provider, signIn, to))
  return Promise.all(deliveries.filter((sending) => sending !== undefined))
}
