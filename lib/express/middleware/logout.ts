import type { Request, RequestHandler } from 'express'
import { OneLoginError } from '../../errors.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'
import { redirect } from '../responses.ts'
import { signOut } from '../sign-out.ts'

/**
 * Options of `logout()`.
 *
 * @example
 * ```ts
 * oneLogin.logout({ state: (req) => req.get('x-request-id') })
 * ```
 */
export interface LogoutOptions {
  /** A value that One Login returns to the post-logout page, for every user or by request. */
  readonly state?: string | ((req: Request) => string | undefined)
}

/** Signs the user out of this service and then of One Login, on GET and on POST. */
export function logout(relyingParty: RelyingParty, { state }: LogoutOptions): RequestHandler {
  const { origin } = new URL(relyingParty.settings.callbackURL)
  return handler(async (req, res) => {
    refuseCrossSite(req, origin)
    const stateValue = typeof state === 'function' ? state(req) : state
    redirect(res, await signOut(relyingParty, req, res, stateValue))
  })
}

function refuseCrossSite({ headers }: Request, origin: string): void {
  const site = headers['sec-fetch-site']
  const foreign = site === undefined ? (headers.origin ?? origin) !== origin : site === 'cross-site'
  if (foreign)
    throw new OneLoginError(
      'cross_site_request',
      'Another site sent this sign-out request, or started the redirects that led to it. Sign out from a page of this ' +
        'service, or call oneLogin.signOut(req) in your code.',
    )
}
