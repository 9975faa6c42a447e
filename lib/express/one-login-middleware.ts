import type { RequestHandler } from 'express'
import type { SignInOptions } from '../options/sign-in-options.ts'
import { backChannelLogout, type BackChannelLogoutOptions } from './middleware/back-channel-logout.ts'
import { callback } from './middleware/callback.ts'
import { checkSession } from './middleware/check-session.ts'
import { jwks } from './middleware/jwks.ts'
import { landing, type LandingOptions } from './middleware/landing.ts'
import { logout, type LogoutOptions } from './middleware/logout.ts'
import { requireAuthentication, type AuthenticationNeeds } from './middleware/require-authentication.ts'
import { requireIdentity, type IdentityNeeds } from './middleware/require-identity.ts'
import { sessionStatus } from './middleware/session-status.ts'
import { startSignIn } from './middleware/start-sign-in.ts'
import type { RelyingParty } from './relying-party.ts'
import { createRoutes, type RoutesOptions } from './routes.ts'
import type { VerifyUser } from './verify-callback.ts'

/** The middleware of a strategy. You can use each one alone. */
export abstract class OneLoginMiddleware {
  /** @internal */
  readonly relyingParty: RelyingParty
  /** @internal */
  readonly verify: VerifyUser
  // Not #private, because Passport works on an object that has this one as its prototype.
  /** @internal */
  private hasLogout = false

  /** @internal */
  constructor(relyingParty: RelyingParty, verify: VerifyUser) {
    this.relyingParty = relyingParty
    this.verify = verify
  }

  /**
   * Checks the session of each request. Ends it if its user has signed out elsewhere or if it has reached a limit. Mount
   * it after `passport.session()`. Without it, every guard fails with `session_unavailable`. Passes on
   * `session_unavailable` if the store cannot be read, and `session_expired` for a request that does not load a page.
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
    this.relyingParty.warmUp()
    return checkSession(this.relyingParty)
  }

  /**
   * Mounts all routes: sign-in, callback, sign-out, JWKS, back-channel logout, session status, landing.
   *
   * @param options - other paths, and options of each route
   * @example
   * ```ts
   * app.use(oneLogin.routes({ paths: { signOut: '/bye', jwks: false } }))
   * ```
   * @throws OneLoginError `invalid_option`
   */
  routes(options: RoutesOptions = {}): RequestHandler {
    const { settings, callback } = this.relyingParty
    this.relyingParty.warmUp()
    return createRoutes(this, options, settings.signers.length > 0, callback)
  }

  /**
   * Sends the browser to One Login, and then to the path in the query's `returnTo`. If the sign-in requests an
   * identity and no user is signed in, it signs the user in first.
   *
   * @param options - what this sign-in requests
   * @throws OneLoginError `invalid_option`, and `reauthentication_impossible` for a `prompt` without request objects
   * @example
   * ```ts
   * app.get('/prove', oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/treasure' }))
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/authenticate-your-user/
   */
  signIn(options: SignInOptions = {}): RequestHandler {
    return startSignIn(this.relyingParty, options)
  }

  /**
   * Completes a sign-in, logs the user in with Passport, and redirects to the page that it started from. Passes every
   * error to the app's error handler.
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
   * Lets signed-in users through. Sends a browser that loads a page to sign in and back. Any other request gets 401
   * `not_signed_in` or 403 `authentication_too_weak`.
   *
   * @param needs - the sign-in that the page needs
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
   * Lets users through whose identity is proven. Redirects other users to prove it and back. If the identity was not
   * proven, passes on 403 `identity_not_proven` with the return codes. A request that does not load a page gets 403
   * `identity_required`.
   *
   * @param needs - the identity that the page needs
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
   * Signs the user out of this service and then of One Login, on GET and on POST. Rejects a request from another site
   * with `cross_site_request`.
   *
   * @param options - a value that One Login returns
   * @example
   * ```ts
   * app.post('/sign-out', oneLogin.logout())
   * ```
   * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/managing-your-users-sessions/
   */
  logout(options: LogoutOptions = {}): RequestHandler {
    this.hasLogout = true
    return logout(this.relyingParty, options)
  }

  /**
   * Handles a back-channel logout: ends all of the user's sessions in this service. Responds with 200, or with 400 if
   * the logout token is not valid. Mount it after express-session and outside CSRF protection.
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
   * Publishes this service's public keys, for the JWKS URL in your registration.
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
   * Returns the time until the session ends, as a `SessionStatus` in JSON. GET does not count as activity of the
   * user. POST does.
   *
   * @example
   * ```ts
   * app.all('/session-status', oneLogin.sessionStatus())
   * ```
   */
  sessionStatus(): RequestHandler {
    return sessionStatus(this.relyingParty)
  }

  /**
   * Handles users who return from an in-person identity check. GET signs them in and shows the return page. POST,
   * from the button on it, asks One Login for the outcome.
   *
   * @param options - the page, the level, and where to redirect
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
      "Sessions of this service are shorter than One Login's hour, so it must offer sign-out. Mount oneLogin.logout() or oneLogin.routes(), or call oneLogin.signOut() in a route of your own.",
      { code: 'ONE_LOGIN_NO_LOGOUT' },
    )
  }
}
