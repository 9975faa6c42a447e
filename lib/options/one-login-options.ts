import type { Request } from 'express'
import type { Store } from 'express-session'
import type { Dispatcher } from 'undici'
import type { ClaimName } from '../claims.ts'
import type { PrivateKeyInput } from './private-key.ts'
import type { Signer } from './signer.ts'
import type { Environment, KnownIssuer } from './environments.ts'
import type { Duration } from './option-schema.ts'
import type { Locale } from './sign-in-options.ts'

/**
 * When a session in your service ends, and what happens then.
 *
 * @example
 * ```ts
 * const limits: SessionLimits = { absolute: '8h', idle: '30m', onExpiry: 'reauthenticate' }
 * ```
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/managing-your-users-sessions/
 */
export interface SessionLimits {
  /**
   * The longest time a session can last, counted from the sign-in.
   *
   * @defaultValue `'12h'`
   */
  absolute?: Duration | undefined
  /** The longest time between 2 requests of a session. If not set, there is no limit. */
  idle?: Duration | undefined
  /**
   * What the next page does when a session has ended. `'sign-out'` signs the user out of One Login too.
   * `'reauthenticate'` asks the user to sign in again and returns to the page. `'continue'` shows the page without a
   * user.
   *
   * @defaultValue `'sign-out'`
   */
  onExpiry?: 'sign-out' | 'reauthenticate' | 'continue' | undefined
}

/**
 * The options of the strategy. The constructor checks each of them. `optionsFromEnvironment` reads most of them from
 * environment variables. A length of time is a number of seconds, or text such as `'30s'`, `'5m'`, `'2h'` or `'1d'`.
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
  /** The One Login environment to use, by its name or its issuer, or the addresses of a simulator. Required. */
  environment: 'integration' | 'production' | KnownIssuer | Environment
  /** Your client ID, from the One Login admin tool. Required. */
  clientId: string | undefined
  /** Your redirect URI: the address that One Login sends the browser to after a sign-in. Required. */
  callbackURL: string | undefined
  /**
   * The private key your service signs with, of 2,048 bits or more. You must set one of this, `signer` and
   * `clientSecret`. PEM can be PKCS#8 or PKCS#1, on one line with literal `\n`, or only its base64 body. If you give a
   * list, the first key signs and the package publishes all of them.
   */
  privateKey?: PrivateKeyInput | PrivateKeyInput[] | undefined
  /**
   * A function that signs with a key in a KMS, used instead of `privateKey`. If you give a list, the first one signs and
   * the package publishes all of the keys.
   */
  signer?: Signer | Signer[] | undefined
  /** Your client secret, used instead of a key. Your service can then sign users in but cannot ask for identities. */
  clientSecret?: string | undefined
  /** The address that One Login sends the browser to after sign-out. If not set, One Login shows its own page. */
  postLogoutRedirectURL?: string | undefined
  /**
   * User attributes to request at every sign-in.
   *
   * @defaultValue `['openid', 'email']`
   */
  scope?: ('openid' | 'email' | 'phone' | 'wallet-subject-id')[] | undefined
  /**
   * The level of authentication, and of identity confidence, to request. If you give several vectors, One Login uses the
   * weakest, so the package checks for that one.
   *
   * @defaultValue `['Cl.Cm']`
   * @see https://www.rfc-editor.org/rfc/rfc8485 Vectors of Trust
   */
  vtr?: string[] | undefined
  /**
   * Claims to request about users who prove their identity. The package sends them with identity requests only, and
   * always adds `coreIdentityJWT`.
   *
   * @defaultValue `['coreIdentityJWT', 'returnCode']`
   */
  claims?: ClaimName[] | undefined
  /**
   * The longest time since the user last signed in to One Login. One Login must enable this for your service.
   * If it has not, One Login does not ask the user to sign in again, and the package rejects the sign-in.
   */
  maxAge?: Duration | undefined
  /**
   * Whether to send the sign-in request as a signed request object (JAR).
   *
   * @defaultValue `true` with a key
   * @see https://www.rfc-editor.org/rfc/rfc9101
   */
  requestObject?: boolean | undefined
  /** The language of One Login's pages, for every user or by request: English or Welsh. */
  uiLocales?: Locale | ((req: Request) => Locale | undefined) | undefined
  /** The address of your service, sent to One Login in the `User-Agent` header. */
  serviceURL?: string | undefined
  /**
   * The longest time to wait for one call to One Login.
   *
   * @defaultValue `'5s'`
   */
  timeout?: Duration | undefined
  /**
   * The most that One Login's clock and your clock may differ. Every check of a time uses it.
   *
   * @defaultValue `'30s'`
   */
  clockTolerance?: Duration | undefined
  /**
   * How long a user has to complete a sign-in.
   *
   * @defaultValue `'2h'`
   */
  transactionLifetime?: Duration | undefined
  /** When a session in your service ends, and what happens then. */
  session?: SessionLimits | undefined
  /**
   * The store for sign-out records. Every process must share it.
   *
   * @defaultValue your app's session store
   */
  signOutStore?: Pick<Store, 'get' | 'set'> | undefined
  /**
   * Whether to download One Login's documents in the background when you mount `session()` or `routes()`, so that the
   * first sign-in does not wait for them. If a download fails, the first sign-in tries again.
   *
   * @defaultValue `true`
   */
  warmUp?: boolean | undefined
  /**
   * Whether to pass the request to your verify callback as its first argument.
   *
   * @defaultValue `false`
   */
  passReqToCallback?: false | undefined
  /**
   * The name of the strategy in `passport.authenticate`. If your app uses this strategy twice, give each its own name.
   *
   * @defaultValue `'govuk-one-login'`
   */
  name?: string | undefined
  /**
   * The undici dispatcher to use for every call to One Login. Set it to use your own certificate authority, client
   * certificate, proxy or connection limits.
   */
  dispatcher?: Pick<Dispatcher, 'dispatch'> | undefined
}

/**
 * {@link OneLoginOptions} with the request as the first argument of the verify callback.
 *
 * @example
 * ```ts
 * const withRequest: OneLoginOptionsWithRequest = { ...options, passReqToCallback: true }
 * new OneLoginStrategy(withRequest, (req, user) => accounts.findOrCreate(user.sub))
 * ```
 */
export interface OneLoginOptionsWithRequest extends Omit<OneLoginOptions, 'passReqToCallback'> {
  /** Gives the verify callback the request as its first argument. */
  passReqToCallback: true
}
