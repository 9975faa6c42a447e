import type { Request } from 'express'
import type { Store } from 'express-session'
import type { Dispatcher } from 'undici'
import type { ClaimName } from '../claims.ts'
import type { PrivateKeyInput, Signer } from './private-key.ts'
import type { Environment } from './environments.ts'
import type { Duration } from './option-schema.ts'
import type { Locale } from './sign-in-options.ts'

/**
 * When a session in this service ends, and what happens then.
 *
 * @example
 * ```ts
 * const rules: SessionRules = { absolute: '8h', idle: '30m', onExpiry: 'reauthenticate' }
 * ```
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/managing-your-users-sessions/
 */
export interface SessionRules {
  /**
   * Longest life of a session, counted from sign-in.
   *
   * @defaultValue `'12h'`
   */
  absolute?: Duration | undefined
  /** Longest pause between two requests of a session. No limit unless it is given. */
  idle?: Duration | undefined
  /**
   * What the next page does when a limit has passed: signs out at One Login too, asks the user to sign in again and
   * comes back to the page, or goes on without a user.
   *
   * @defaultValue `'sign-out'`
   */
  onExpiry?: 'sign-out' | 'reauthenticate' | 'continue' | undefined
}

/**
 * What the strategy is made with. Each is checked when it is made; `optionsFromEnvironment` reads most of them from
 * variables. Lengths of time are seconds, or text such as `'30s'`, `'5m'`, `'2h'`, `'1d'`.
 *
 * @example
 * ```ts
 * const options: OneLoginOptions = {
 *   environment: 'integration',
 *   clientId: process.env.ONE_LOGIN_CLIENT_ID,
 *   privateKey: process.env.ONE_LOGIN_PRIVATE_KEY,
 *   callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
 *   session: { absolute: '8h', idle: '30m' },
 * }
 * ```
 * @see https://docs.sign-in.service.gov.uk/before-integrating/set-up-your-public-and-private-keys/
 */
export interface OneLoginOptions {
  /** Which One Login: one of its two environments, or the addresses of a simulator. */
  environment: 'integration' | 'production' | Environment
  /** Who this service is to One Login. */
  clientId: string | undefined
  /** The redirect URI: where One Login sends the browser after a sign-in. */
  callbackURL: string | undefined
  /**
   * The key this service signs with, 2048 bits or more; this, `signer` or `clientSecret` is required. PEM is PKCS#8 or PKCS#1, also on one line, with literal `\n`,
   * or its base64 body alone. Of a list the first signs and all are published.
   */
  privateKey?: PrivateKeyInput | PrivateKeyInput[] | undefined
  /** In place of `privateKey`, for a key that stays in a KMS. Of a list the first signs and all are published. */
  signer?: Signer | Signer[] | undefined
  /** In place of a key. Such a service can sign users in, but gets no identities. */
  clientSecret?: string | undefined
  /** Where One Login sends the browser after sign-out. */
  postLogoutRedirectURL?: string | undefined
  /**
   * What to learn of every user.
   *
   * @defaultValue `['openid', 'email']`
   */
  scope?: ('openid' | 'email' | 'phone' | 'wallet-subject-id')[] | undefined
  /**
   * How well users have to sign in, and be known. Of several vectors One Login serves the weakest, so that is what
   * is relied on.
   *
   * @defaultValue `['Cl.Cm']`
   * @see https://www.rfc-editor.org/rfc/rfc8485 Vectors of Trust
   */
  vtr?: string[] | undefined
  /**
   * What to learn of users who prove their identity. Sent with identity requests only, and always with
   * `coreIdentityJWT`.
   *
   * @defaultValue `['coreIdentityJWT', 'returnCode']`
   */
  claims?: ClaimName[] | undefined
  /**
   * How long ago, in seconds, the user may have signed in at One Login. One Login must have enabled it for this
   * service: otherwise it does not ask again, and users who signed in longer ago are refused here.
   */
  maxAge?: number | undefined
  /**
   * Whether requests go as signed request objects (JAR).
   *
   * @defaultValue `true` with a key
   * @see https://www.rfc-editor.org/rfc/rfc9101
   */
  requestObject?: boolean | undefined
  /** Language of One Login's pages: English or Welsh, for everybody or by request. */
  uiLocales?: Locale | ((req: Request) => Locale | undefined) | undefined
  /** The address of this service, for the `User-Agent` of calls to One Login. */
  serviceURL?: string | undefined
  /**
   * How long one call to One Login may take.
   *
   * @defaultValue `'5s'`
   */
  timeout?: Duration | undefined
  /**
   * How far the clocks of One Login and this service may differ, for every check of time.
   *
   * @defaultValue `'30s'`
   */
  clockTolerance?: Duration | undefined
  /**
   * How long a started sign-in can be finished.
   *
   * @defaultValue `'2h'`
   */
  transactionLifetime?: Duration | undefined
  /** When a session in this service ends, and what happens then. */
  session?: SessionRules | undefined
  /**
   * Where "this user has signed out" is kept. All processes must share it.
   *
   * @defaultValue the app's session store
   */
  signOutStore?: Pick<Store, 'get' | 'set'> | undefined
  /**
   * Whether the verify callback gets the request as its first argument.
   *
   * @defaultValue `false`
   */
  passReqToCallback?: boolean | undefined
  /**
   * The strategy's name in `passport.authenticate`. If your app has 2 strategies of this package, give each its own.
   *
   * @defaultValue `'govuk-one-login'`
   */
  name?: string | undefined
  /**
   * The undici dispatcher that makes every call to One Login: for your own certificate authority, client certificate,
   * proxy or connection limits.
   */
  dispatcher?: Pick<Dispatcher, 'dispatch'> | undefined
}
