import type { Request, RequestHandler } from 'express'
import type { ClaimName } from '../../claims.ts'
import type { RelyingParty } from '../relying-party.ts'
import { returnPath } from '../../return-path.ts'
import type { IdentityLevel } from '../../vectors-of-trust.ts'
import { redirect } from '../responses.ts'
import { requestAddress } from '../callback-address.ts'
import { handler } from '../handler.ts'

/**
 * Options of `landing()`.
 *
 * @example
 * ```ts
 * oneLogin.landing({ page: '/welcome-back', level: 'P2', returnTo: async (req) => drafts.pageOf(req.user) })
 * ```
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/helping-your-users-after-their-in-person-identity-checks/
 */
export interface LandingOptions {
  /**
   * The page that welcomes the user back: a path of this site, or a handler that renders it. Its button sends a POST
   * to the landing route.
   */
  readonly page: string | RequestHandler
  /** The level of confidence to request. */
  readonly level: IdentityLevel
  /** Claims to request. If not set, the strategy's `claims`. */
  readonly claims?: readonly ClaimName[]
  /**
   * The page that the user left to do the check in person. If it is a function, `req.user` is set when it is called.
   */
  readonly returnTo: string | ((req: Request) => string | Promise<string>)
}

/**
 * Handles users who return from an in-person identity check by the link in One Login's email. GET signs them in and
 * shows the return page. POST, from the button on it, asks One Login for the outcome.
 *
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/helping-your-users-after-their-in-person-identity-checks/
 */
export function landing(
  relyingParty: RelyingParty,
  { page, level, claims, returnTo }: LandingOptions,
): RequestHandler {
  const authenticate = relyingParty.signInSettings({ vtr: ['Cl.Cm'] })
  const prove = relyingParty.signInSettings({
    vtr: [`Cl.Cm.${level}`],
    ...(claims && { claims: [...claims] }),
  })

  return handler(async (req, res, next) => {
    const { signedIn } = await relyingParty.sessions.check(req)
    if (!signedIn?.inPersonReturn) {
      if (req.method === 'POST') redirect(res, ownAddress(req))
      else
        redirect(
          res,
          await relyingParty.start(req, res, authenticate, { toThisPage: true, inPersonReturn: true }),
        )
    } else if (req.method === 'POST') {
      const { inPersonReturn: _, ...rest } = signedIn
      relyingParty.entries.write(req.session, rest)
      const path = typeof returnTo === 'function' ? await returnTo(req) : returnTo
      redirect(res, await relyingParty.start(req, res, { ...prove, returnTo: path }))
    } else if (typeof page === 'string') redirect(res, page)
    else page(req, res, next)
  })
}

/** Returns the address of this page as the browser knows it. A proxy may have removed a prefix from its path. */
function ownAddress(req: Request): string {
  const { path } = requestAddress(req)
  return `./${returnPath(path).split('/').at(-1) ?? ''}`
}
