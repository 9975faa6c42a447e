import type { Request, RequestHandler } from 'express'
import type { ClaimName } from '../../claims.ts'
import type { RelyingParty } from '../relying-party.ts'
import { returnPath } from '../../return-path.ts'
import { signedInUser, writableSessionData } from '../../session/session-record.ts'
import type { IdentityLevel } from '../../vectors-of-trust.ts'
import { redirect } from '../responses.ts'
import { handler } from '../handler.ts'

/**
 * How `landing()` works.
 *
 * @example
 * ```ts
 * oneLogin.landing({ page: '/welcome-back', level: 'P2', returnTo: async (req) => drafts.pageOf(req.user) })
 * ```
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/helping-your-users-after-their-in-person-identity-checks/
 */
export interface LandingOptions {
  /**
   * The page that welcomes the user back: a path of this site, or a handler that renders it. Its button posts
   * to the landing route.
   */
  readonly page: string | RequestHandler
  /** The level of confidence to ask for. */
  readonly level: IdentityLevel
  /** Claims to ask for; the strategy's `claims` unless given. */
  readonly claims?: readonly ClaimName[]
  /** Where the user left to do the check in person: the page to go on with. `req.user` is there by then. */
  readonly returnTo: string | ((req: Request) => string | Promise<string>)
}

/**
 * Takes users back who proved their identity in person, after One Login's email has sent them here. GET signs
 * them in and shows the return page; POST, from its button, asks One Login for the outcome.
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
    const data = writableSessionData(req)
    const hasSignedIn = data.inPersonReturn === 'signed-in' && signedInUser(req) !== undefined
    if (req.method === 'POST') {
      if (!hasSignedIn) {
        // A request line may name another site in full.
        redirect(res, returnPath(req.originalUrl))
        return
      }
      delete data.inPersonReturn
      const path = typeof returnTo === 'function' ? await returnTo(req) : returnTo
      redirect(res, await relyingParty.start(req, { ...prove, returnTo: path }))
    } else if (!hasSignedIn) {
      data.inPersonReturn = 'landed'
      redirect(res, await relyingParty.start(req, { ...authenticate, returnTo: req.originalUrl }))
    } else if (typeof page === 'string') redirect(res, page)
    else page(req, res, next)
  })
}
