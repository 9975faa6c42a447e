import type { Request, RequestHandler, Response } from 'express'
import { OneLoginError } from '../../errors.ts'
import { publish } from '../../events.ts'
import type { Settings } from '../../options/strategy-options.ts'
import { destroySession } from '../../session/session-record.ts'
import { redirect } from '../responses.ts'
import { handler } from '../handler.ts'
import type { SignOut } from '../end-session-url.ts'

/**
 * How `logout()` works.
 *
 * @example
 * ```ts
 * oneLogin.logout({ state: (req) => req.get('x-request-id') })
 * ```
 */
export interface LogoutOptions {
  /** A value that One Login hands back to the post-logout page, for everybody or by request. */
  readonly state?: string | ((req: Request) => string | undefined)
}

/**
 * Signs the user out, here first and then at One Login; on GET and on POST.
 */
export function logout(
  { callbackURL }: Settings,
  signOut: SignOut,
  { state }: LogoutOptions,
): RequestHandler {
  const { origin } = new URL(callbackURL)
  return handler(async (req, res) => {
    refuseCrossSite(req, origin)
    const { session } = req as Partial<Request>
    const signedIn = session?.oneLogin?.signedIn
    const stateValue = typeof state === 'function' ? state(req) : state
    if (session) {
      const { id, cookie } = session
      await destroySession(req)
      clearCookie(req, res, id, cookie)
      publish('signed-out', { ...(signedIn && { sub: signedIn.sub }), reason: 'user' })
    }
    redirect(res, await signOut(signedIn?.idToken, stateValue))
  })
}

function refuseCrossSite({ headers }: Request, origin: string): void {
  const site = headers['sec-fetch-site']
  const foreign = site === undefined ? (headers.origin ?? origin) !== origin : site === 'cross-site'
  if (foreign)
    throw new OneLoginError(
      'cross_site_request',
      'Another site asked to sign the user out. Sign out from a page of this service.',
    )
}

/** The cookie's name is the app's, and express-session does not tell it: it is the one that holds the id. */
function clearCookie(req: Request, res: Response, id: string, cookie: Request['session']['cookie']): void {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const name = pair.trim().replace(/=.*/, '')
    const value = pair.slice(pair.indexOf('=') + 1)
    if (!value.startsWith(`s%3A${encodeURIComponent(id)}.`) && !value.startsWith(`s:${id}.`)) continue
    const { path, domain, sameSite, httpOnly, secure } = cookie
    res.clearCookie(name, {
      path: path ?? '/',
      domain,
      sameSite,
      httpOnly,
      secure: secure === true || (secure === 'auto' && req.secure),
    })
  }
}
