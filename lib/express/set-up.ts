import type { Request } from 'express'
import { OneLoginError } from '../errors.ts'
import type { SessionStore } from '../session/record-store.ts'

/** The parts of a request that an app could have set up wrongly. */
type AnyRequest = Partial<Omit<Request, 'session' | 'sessionStore'>> & {
  readonly session?: Partial<Request['session']>
  readonly sessionStore?: Partial<SessionStore>
}

/**
 * Returns the session store of a request.
 *
 * @throws OneLoginError `session_unavailable` if the app has none for this request
 */
export function sessionStoreOf(req: Request): SessionStore {
  const { session, sessionStore } = req as AnyRequest
  if (typeof sessionStore?.get === 'function' && typeof sessionStore.set === 'function')
    return sessionStore as SessionStore
  throw misconfigured(
    session
      ? 'The session of this request has no store. Use express-session: One Login cannot end a session that is stored in a cookie, as with cookie-session.'
      : 'This request has no session. Mount express-session before this package, and check that its store can be reached.',
  )
}

/**
 * Checks, before it sends a user to One Login, that their session can be found when they come back.
 *
 * @throws OneLoginError `session_unavailable` that names the setting
 */
export function requireUsableSession(req: Request, callbackURL: string): void {
  sessionStoreOf(req)
  const { session, secure } = req as AnyRequest
  if (!session) throw misconfigured('This request has no session. Mount express-session before this package.')
  const { cookie } = session
  if (typeof session.regenerate !== 'function' || !cookie)
    throw misconfigured('The session of this request is not from express-session. Use express-session.')
  if (cookie.sameSite === 'strict' || cookie.sameSite === true)
    throw misconfigured(
      'The session cookie has sameSite "strict", so browsers do not send it when they come back from One Login. Set cookie.sameSite of express-session to "lax".',
    )
  const domain = cookie.domain?.replace(/^\./, '').toLowerCase()
  const hostname = domain ? new URL(callbackURL).hostname : ''
  if (domain && hostname !== domain && !hostname.endsWith(`.${domain}`))
    throw misconfigured(
      `The session cookie has the domain "${domain}" and callbackURL has the host "${hostname}", so browsers do not keep the cookie. Remove cookie.domain of express-session, or set it to a domain of that host.`,
    )
  if (cookie.secure === true && secure === false)
    throw misconfigured(
      "The session cookie is secure and this request is not, so express-session does not send it. Behind a proxy that ends TLS, set app.set('trust proxy', 1). Without TLS, on your own machine, set cookie.secure of express-session to false.",
    )
}

/**
 * Checks that Passport can log a user in.
 *
 * @throws OneLoginError `session_unavailable`
 */
export function requirePassport(req: Request): void {
  if (typeof (req as AnyRequest).logIn !== 'function')
    throw misconfigured('Passport is missing. Mount passport.session() before the routes of this package.')
}

/** Returns an error about the app's set-up, for its developer to fix. */
export function misconfigured(message: string): OneLoginError {
  return new OneLoginError('session_unavailable', message)
}
