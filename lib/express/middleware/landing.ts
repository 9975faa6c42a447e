import type { Request, RequestHandler } from 'express'
import type { ClaimName } from '../../claims.ts'
import type { RelyingParty } from '../relying-party.ts'
import { returnPath } from '../../return-path.ts'
import type { IdentityLevel } from '../../vectors-of-trust.ts'
import { redirect } from '../responses.ts'
import { requestAddress } from '../callback-address.ts'
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

/** This very page, from wherever the browser sees it: a proxy may have removed a prefix from its path. */
function ownAddress(req: Request): string {
  const { path } = requestAddress(req)
  return `./${returnPath(path).split('/').at(-1) ?? ''}`
}
