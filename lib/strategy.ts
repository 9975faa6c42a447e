import type { Request, Response } from 'express'
import type passport from 'passport'
import { authenticate, actionsOf } from './express/authenticate.ts'
import { readCurrentSession, type CurrentSession } from './express/current-session.ts'
import { OneLoginMiddleware } from './express/one-login-middleware.ts'
import { RelyingParty } from './express/relying-party.ts'
import { signOut } from './express/sign-out.ts'
import { createVerifyUser, type Verify, type VerifyWithRequest } from './express/verify-callback.ts'
import type { OneLoginOptions, OneLoginOptionsWithRequest } from './options/one-login-options.ts'
import type { SignInOptions } from './options/sign-in-options.ts'
import { parseStrategyOptions } from './options/strategy-options.ts'

declare module 'passport' {
  /** The options of one sign-in, for `passport.authenticate`. Passport declares the rest. */
  interface AuthenticateOptions extends Omit<SignInOptions, 'state' | 'prompt'> {}
}

/**
 * The Passport strategy for GOV.UK One Login, named `govuk-one-login`.
 *
 * @example
 * ```ts
 * const oneLogin = new OneLoginStrategy(
 *   {
 *     environment: 'integration',
 *     clientId: process.env.ONE_LOGIN_CLIENT_ID,
 *     privateKey: process.env.ONE_LOGIN_PRIVATE_KEY,
 *     callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
 *   },
 *   async (user) => accounts.findOrCreate(user.sub),
 * )
 * passport.use(oneLogin)
 * app.get('/sign-in', passport.authenticate('govuk-one-login', { vtr: ['Cl.Cm'] }))
 * app.get('/auth/callback', passport.authenticate('govuk-one-login', { successReturnToOrRedirect: '/' }))
 * ```
 * @see https://docs.sign-in.service.gov.uk/
 */
export class OneLoginStrategy extends OneLoginMiddleware implements passport.Strategy {
  /** The name of the strategy in `passport.authenticate`. */
  readonly name: string

  /**
   * With `passReqToCallback`, the verify callback gets the request first.
   *
   * @param options - see {@link OneLoginOptions}
   * @param verify - returns your own user for a user of One Login
   * @throws OneLoginError `invalid_option` that names the option, what is wrong with it, and what is allowed
   */
  constructor(options: OneLoginOptionsWithRequest, verify: VerifyWithRequest)
  /**
   * Makes no network calls. The strategy downloads One Login's documents when you mount `session()` or `routes()`, or with
   * `warmUp: false` at the first sign-in.
   *
   * @param options - see {@link OneLoginOptions}
   * @param verify - returns your own user for a user of One Login. If not set, `req.user` is the `OneLoginUser`
   * @throws OneLoginError `invalid_option` that names the option, what is wrong with it, and what is allowed
   */
  constructor(options: OneLoginOptions, verify?: Verify)
  constructor(options: OneLoginOptions | OneLoginOptionsWithRequest, verify?: Verify | VerifyWithRequest) {
    const settings = parseStrategyOptions(options)
    super(new RelyingParty(settings), createVerifyUser(verify, settings.passReqToCallback))
    this.name = settings.name
  }

  /**
   * Called by Passport. Sends the browser to One Login, or completes the sign-in when the browser comes back. Sends
   * the request exactly as you set it: unlike `signIn()` and the guards, it does not sign a user in before it
   * requests an identity. Errors that the user can recover from go to Passport's `fail`, and all others to its
   * `error`.
   *
   * @param req - a request with an express-session
   * @param options - what to request in this sign-in, together with Passport's own options
   */
  authenticate(req: Request, options: SignInOptions = {}): void {
    void authenticate(this.relyingParty, this.verify, req, options, actionsOf(this))
  }

  /**
   * Ends the session of a request from your own code, for example in an error handler or another route.
   *
   * @param req - an Express request
   * @param options - `state`: a value that One Login returns to the post-logout page
   * @returns the address to send the browser to, which signs the user out of One Login
   * @throws OneLoginError `session_unavailable` if the session cannot be ended
   * @example
   * ```ts
   * app.get('/leave', async (req, res) => res.redirect(await oneLogin.signOut(req)))
   * ```
   */
  async signOut(req: Request, { state }: { readonly state?: string } = {}): Promise<string> {
    return signOut(this.relyingParty, req, req.res as Response, state)
  }

  /**
   * Returns the signed-in user's session, and when it ends.
   *
   * @param req - a request that `session()` has checked
   * @throws OneLoginError `session_unavailable` if it has not
   * @example
   * ```ts
   * app.get('/', (req, res) => res.render('home', { session: oneLogin.currentSession(req) }))
   * ```
   */
  currentSession(req: Request): CurrentSession {
    return readCurrentSession(this.relyingParty, req)
  }
}
