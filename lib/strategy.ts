import type { Request, RequestHandler } from 'express'
import type passport from 'passport'
import { isForTheUser, isOneLoginError } from './errors.ts'
import { backChannelLogout, type BackChannelLogoutOptions } from './express/middleware/back-channel-logout.ts'
import { callback } from './express/middleware/callback.ts'
import { jwks } from './express/middleware/jwks.ts'
import { landing, type LandingOptions } from './express/middleware/landing.ts'
import { logout, type LogoutOptions } from './express/middleware/logout.ts'
import {
  requireAuthentication,
  type AuthenticationNeeds,
} from './express/middleware/require-authentication.ts'
import { requireIdentity, type IdentityNeeds } from './express/middleware/require-identity.ts'
import { sessionStatus } from './express/middleware/session-status.ts'
import { session } from './express/middleware/check-session.ts'
import { signIn } from './express/middleware/start-sign-in.ts'
import { createSignOut, type SignOut } from './express/end-session-url.ts'
import type { OneLoginOptions } from './options/one-login-options.ts'
import { parseStrategyOptions } from './options/strategy-options.ts'
import { RelyingParty } from './express/relying-party.ts'
import type { SignInOptions } from './options/sign-in-options.ts'
import { createRoutes, type RoutesOptions } from './express/routes.ts'
import {
  createVerification,
  type Verification,
  type Verify,
  type VerifyWithRequest,
} from './express/verify-callback.ts'

declare module 'passport' {
  /** What a sign-in can ask for in its own way, in `passport.authenticate`. */
  interface AuthenticateOptions extends Omit<SignInOptions, 'state'> {}
}

/** What Passport adds to a strategy for one request. */
type Actions = passport.StrategyCreatedStatic

/** What a strategy needs for one request. */
type Core = Pick<OneLoginStrategy, 'relyingParty' | 'verify'>

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
export class OneLoginStrategy implements passport.Strategy {
  /** The name it has in `passport.authenticate`. */
  readonly name: string
  /** @internal */
  readonly relyingParty: RelyingParty
  /** @internal */
  readonly verify: Verification
  // Not #private: Passport works on an object made with this one as its prototype.
  private readonly signOut: SignOut
  private hasLogout = false

  /**
   * With `passReqToCallback`: the verify callback gets the request first.
   *
   * @param options - see {@link OneLoginOptions}
   * @param verify - maps the user to the service's own
   * @throws OneLoginError `invalid_option` that names the option, what is wrong with it, and what is allowed
   */
  constructor(options: OneLoginOptions & { readonly passReqToCallback: true }, verify: VerifyWithRequest)
  /**
   * Nothing is fetched here: One Login's documents are had at the first sign-in.
   *
   * @param options - see {@link OneLoginOptions}
   * @param verify - maps the user to the service's own; without it `req.user` is the `OneLoginUser`
   * @throws OneLoginError `invalid_option` that names the option, what is wrong with it, and what is allowed
   */
  constructor(options: OneLoginOptions & { readonly passReqToCallback?: false | undefined }, verify?: Verify)
  constructor(options: OneLoginOptions, verify?: Verify | VerifyWithRequest) {
    const settings = parseStrategyOptions(options)
    this.name = settings.name
    this.relyingParty = new RelyingParty(settings)
    this.verify = createVerification(verify, settings.passReqToCallback)
    this.signOut = createSignOut(this.relyingParty)
  }

  /**
   * Called by Passport: sends the browser to One Login, or completes the sign-in when it comes back from there. What
   * the user caused or can mend goes to Passport's `fail`, anything else to its `error`.
   *
   * @param req - of an app with express-session
   * @param options - what this sign-in asks for, beside Passport's own options
   */
  authenticate(req: Request, options: SignInOptions = {}): void {
    // Passport gives a strategy that is used as an object, not by its name, the actions of each request in turn:
    // they are taken now, before another request replaces them.
    const passport = this as unknown as Actions
    const actions = {
      success: passport.success.bind(passport),
      fail: passport.fail.bind(passport),
      redirect: passport.redirect.bind(passport),
      error: passport.error.bind(passport),
    }
    void run(this, req, options, actions)
  }

  /**
   * Checks the session of each request: ends it when its user has signed out elsewhere, or when it has lived too
   * long. Mount it after `passport.session()`; the guards insist on it. Passes `session_unavailable` on when the store
   * cannot be read, and `session_expired` for a request that is no page of a browser.
   *
   * @example
   * ```ts
   * app.use(session({ secret, resave: false, saveUninitialized: false }), passport.session(), oneLogin.session())
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/managing-your-users-sessions/
   */
  session(): RequestHandler {
    const { absolute, idle = absolute } = this.relyingParty.settings.session
    if (Math.min(absolute, idle) < 3600)
      setImmediate(() => {
        this.warnWithoutLogout()
      })
    return session(this.relyingParty, this.signOut)
  }

  /**
   * All of the routes at once: sign-in, callback, sign-out, JWKS, back-channel logout, session status, landing.
   *
   * @param options - other paths, and what the parts take
   * @example
   * ```ts
   * app.use(oneLogin.routes({ paths: { signOut: '/bye', jwks: false } }))
   * ```
   * @throws OneLoginError `invalid_option`
   */
  routes({ paths = {}, signIn = {}, landing, ...options }: RoutesOptions = {}): RequestHandler {
    const { callbackURL, signers } = this.relyingParty.settings
    const page = ['GET', 'HEAD']
    return createRoutes(
      [
        { path: paths.signIn ?? '/sign-in', methods: page, handler: this.signIn(signIn) },
        ...(paths.signOut === false
          ? []
          : [
              { path: paths.signOut ?? '/sign-out', methods: ['GET', 'POST'], handler: this.logout(options) },
            ]),
        { path: paths.backChannelLogout ?? '/back-channel-logout', handler: this.backChannelLogout(options) },
        { path: signers.length > 0 && (paths.jwks ?? '/.well-known/jwks.json'), handler: this.jwks() },
        {
          path: paths.sessionStatus ?? '/session-status',
          methods: ['GET', 'POST'],
          handler: this.sessionStatus(),
        },
        ...(landing
          ? [{ path: paths.landing ?? '/landing', methods: ['GET', 'POST'], handler: this.landing(landing) }]
          : []),
      ],
      { path: paths.callback ?? new URL(callbackURL).pathname, methods: page, handler: this.callback() },
    )
  }

  /**
   * Sends the browser to One Login, and afterwards to the path in the query's `returnTo`.
   *
   * @param options - what this sign-in asks for
   * @throws OneLoginError `invalid_option`, and `reauthentication_impossible` for a `prompt` without request objects
   * @example
   * ```ts
   * app.get('/prove', oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/treasure' }))
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/authenticate-your-user/
   */
  signIn(options: SignInOptions = {}): RequestHandler {
    return signIn(this.relyingParty, options)
  }

  /**
   * Completes a sign-in, logs the user in with Passport, and goes to the page that it started from. Every
   * failure goes to the app's error handler.
   *
   * @example
   * ```ts
   * app.get('/auth/callback', oneLogin.callback())
   * ```
   */
  callback(): RequestHandler {
    return callback(this.relyingParty, this.verify)
  }

  /**
   * Lets signed-in users through; sends a browser that goes to a page to sign in and back. Anything else is refused
   * with 401 `not_signed_in` or 403 `authentication_too_weak`.
   *
   * @param needs - what the page needs of the sign-in
   * @throws OneLoginError `invalid_option`
   * @example
   * ```ts
   * app.get('/dragons', oneLogin.requireAuthentication(), showDragons)
   * app.post('/close-account', oneLogin.requireAuthentication({ reauthenticateWithin: '5m' }), closeAccount)
   * ```
   */
  requireAuthentication(needs: AuthenticationNeeds = {}): RequestHandler {
    return requireAuthentication(this.relyingParty, needs)
  }

  /**
   * Lets users through whose identity is proven; sends others to prove it and back. Those whose identity could
   * not be proven are refused with 403 `identity_not_proven`, with the return codes; a request that cannot be sent to
   * One Login, with 403 `identity_required`.
   *
   * @param needs - what the page needs of the identity
   * @throws OneLoginError `invalid_option`
   * @example
   * ```ts
   * app.get('/treasure', oneLogin.requireIdentity({ level: 'P2', claims: ['address'] }), showTreasure)
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/
   */
  requireIdentity(needs: IdentityNeeds): RequestHandler {
    return requireIdentity(this.relyingParty, needs)
  }

  /**
   * Signs the user out, here first and then at One Login; on GET and on POST. Another site's request is refused with
   * `cross_site_request`.
   *
   * @param options - a value for One Login to hand back
   * @example
   * ```ts
   * app.post('/sign-out', oneLogin.logout())
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/managing-your-users-sessions/
   */
  logout(options: LogoutOptions = {}): RequestHandler {
    this.hasLogout = true
    return logout(this.relyingParty.settings, this.signOut, options)
  }

  /**
   * Takes One Login's word that a user has signed out, and ends all their sessions in this service. Answers 200, or 400
   * to a logout token that breaks a rule; mount it after express-session and outside of CSRF protection.
   *
   * @param options - what else to do when a user has signed out
   * @example
   * ```ts
   * app.post('/back-channel-logout', oneLogin.backChannelLogout())
   * ```
   * @see https://openid.net/specs/openid-connect-backchannel-1_0.html
   */
  backChannelLogout(options: BackChannelLogoutOptions = {}): RequestHandler {
    return backChannelLogout(this.relyingParty, options)
  }

  /**
   * Publishes this service's public keys, for the JWKS URL that it is registered with.
   *
   * @example
   * ```ts
   * app.get('/.well-known/jwks.json', oneLogin.jwks())
   * ```
   * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
   */
  jwks(): RequestHandler {
    return jwks(this.relyingParty.settings)
  }

  /**
   * Tells a page how long the session still lives, as a `SessionStatus` in JSON. GET asks, POST also counts as the user
   * doing something.
   *
   * @example
   * ```ts
   * app.all('/session-status', oneLogin.sessionStatus())
   * ```
   */
  sessionStatus(): RequestHandler {
    return sessionStatus(this.relyingParty.settings)
  }

  /**
   * Takes users back who proved their identity in person. GET signs them in and shows the return page; POST, from its
   * button, asks One Login for the outcome.
   *
   * @param options - the page, the level, and where to go on
   * @example
   * ```ts
   * app.all('/landing', oneLogin.landing({ page: '/welcome-back', level: 'P2', returnTo: '/treasure' }))
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/helping-your-users-after-their-in-person-identity-checks/
   * @throws OneLoginError `invalid_option`
   */
  landing(options: LandingOptions): RequestHandler {
    return landing(this.relyingParty, options)
  }

  private warnWithoutLogout(): void {
    if (this.hasLogout) return
    process.emitWarning(
      "Sessions of this service are shorter than One Login's hour, so it must offer sign-out: mount oneLogin.logout() or oneLogin.routes().",
      { code: 'ONE_LOGIN_NO_LOGOUT' },
    )
  }
}

async function run(
  { relyingParty, verify }: Core,
  req: Request,
  options: SignInOptions,
  { success, fail, redirect, error }: Pick<Actions, 'success' | 'fail' | 'redirect' | 'error'>,
): Promise<void> {
  try {
    if (!relyingParty.isCallback(req)) {
      redirect(await relyingParty.start(req, relyingParty.signInSettings(options)))
      return
    }
    const { user, info } = await relyingParty.finish(req, verify)
    success(user, info)
  } catch (cause) {
    if (isOneLoginError(cause) && isForTheUser(cause)) fail(cause, cause.status)
    else error(cause)
  }
}
