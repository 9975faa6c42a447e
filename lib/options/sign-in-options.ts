import * as v from 'valibot'
import { claimNames, type ClaimName } from '../claims.ts'
import { OneLoginError } from '../errors.ts'
import { didSettings } from './environments.ts'
import { invalidOption, parseOptions } from './invalid-option.ts'
import { confidential, described, duration, withoutUndefined, type Duration } from './option-schema.ts'
import { parseVectors, type RequestedTrust } from '../vectors-of-trust.ts'

/** The languages of One Login's pages: English and Welsh. */
export const locales = ['en', 'cy'] as const

/**
 * A language of One Login's pages: English or Welsh.
 *
 * @useDeclaredType
 */
export type Locale = (typeof locales)[number]

/**
 * Options of the strategy that one request can override.
 *
 * @internal
 */
export const sharedEntries = {
  vtr: described(
    v.array(v.pipe(v.string(), v.regex(/^[\w.]{0,20}$/))),
    'a list of vectors of trust, for example ["Cl.Cm"]',
  ),
  claims: described(v.array(v.picklist(claimNames)), `a list of ${claimNames.join(', ')}`),
  maxAge: v.pipe(
    duration('a whole number of seconds, 0 or more, or a length of time such as "5m"', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    v.integer(),
  ),
}

/** @internal */
export const requestSchema = v.strictObject({
  vtr: v.optional(sharedEntries.vtr),
  claims: v.optional(sharedEntries.claims),
  maxAge: v.optional(sharedEntries.maxAge),
  uiLocales: v.optional(described(v.picklist(locales), '"en" or "cy"')),
  prompt: v.optional(described(v.literal('login'), '"login", the only prompt that One Login supports')),
  loginHint: v.optional(
    confidential(v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)), 'text of 1 to 256 characters'),
  ),
  channel: v.optional(described(v.picklist(['web', 'generic_app']), '"web" or "generic_app"')),
  returnTo: v.optional(described(v.string(), 'a path of this site')),
  state: v.optional(
    confidential(v.pipe(v.custom<unknown>(isJSON), v.transform(copyOfJSON)), 'a value that JSON can hold'),
  ),
})

/**
 * The options of one sign-in, for `passport.authenticate` and `signIn()`. An option that you do not set has the
 * strategy's value.
 *
 * @example
 * ```ts
 * app.get('/prove', oneLogin.signIn({ vtr: ['Cl.Cm.P2'], claims: ['address'], returnTo: '/treasure' }))
 * ```
 */
export interface SignInOptions {
  /** Vectors of trust, for example `['Cl.Cm']` to sign in or `['Cl.Cm.P2']` to prove an identity. */
  vtr?: string[] | undefined
  /** Identity claims to request, by short name. The package sends them with identity requests only. */
  claims?: ClaimName[] | undefined
  /** The longest time since the user last signed in to One Login. */
  maxAge?: Duration | undefined
  /** The language of One Login's pages. */
  uiLocales?: Locale | undefined
  /** `'login'` asks a signed-in user to authenticate again. It needs request objects. */
  prompt?: 'login' | undefined
  /** An email address to fill in on One Login's page, of at most 256 characters. It needs request objects. */
  loginHint?: string | undefined
  /** Where One Login's pages are shown: in a browser, or in the web view of an app. */
  channel?: 'web' | 'generic_app' | undefined
  /** The page of this site to return to. A value that is not a path of this site becomes `/`. */
  returnTo?: string | undefined
  /** Your own value, as plain JSON. It stays on the server, and the callback returns it as `req.authInfo.state`. */
  state?: unknown
}

/** {@link SignInOptions} after all checks, with the strategy's own values filled in. */
export interface SignInSettings {
  readonly trust: RequestedTrust
  /** The claims to request. Empty if the sign-in does not request an identity. */
  readonly claims: readonly ClaimName[]
  readonly maxAge?: number
  readonly uiLocales?: Locale
  readonly prompt?: 'login'
  readonly loginHint?: string
  readonly channel?: 'web' | 'generic_app'
  readonly returnTo?: string
  readonly state?: unknown
}

/** The values of the strategy, for options that a request does not set. */
export interface SignInDefaults {
  readonly trust: RequestedTrust
  readonly claims: readonly ClaimName[]
  readonly maxAge?: number | undefined
  /** Whether the package sends signed request objects. */
  readonly requestObject: boolean
  /** Whether this service has a key. Without a key, One Login returns no identity. */
  readonly hasKey: boolean
  /** Whether the DID settings are known. Without them, no identity can be verified. */
  readonly hasDid: boolean
}

/**
 * Checks the options of one sign-in and fills in the strategy's values.
 *
 * @param options - the options given to `passport.authenticate`. Members that are not {@link SignInOptions} belong to
 * Passport
 * @param defaults - the values of the strategy
 * @throws OneLoginError `invalid_option`
 */
export function parseSignInOptions(options: object, defaults: SignInDefaults): SignInSettings {
  const own = Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(requestSchema.entries, name)),
  )
  const { vtr, claims = defaults.claims, maxAge: ownMaxAge, ...rest } = parseOptions(requestSchema, own)
  const trust = vtr ? parseVectors(vtr) : defaults.trust
  // One Login sets auth_time before the identity journey, which takes longer than most limits.
  const maxAge = ownMaxAge ?? (trust.identity ? undefined : defaults.maxAge)
  if (trust.identity && !defaults.hasKey)
    throw invalidOption(
      options,
      'vtr',
      'it requests an identity, which One Login returns only to services that authenticate with a key. ' +
        'Use "privateKey" or "signer" instead of "clientSecret"',
    )
  if (trust.identity && !defaults.hasDid)
    throw invalidOption(
      options,
      'vtr',
      `it requests an identity, which cannot be verified without ${didSettings.join(', ')}. Set them in "environment"`,
    )
  for (const name of ['prompt', 'loginHint'] as const)
    if (rest[name] && !defaults.requestObject)
      throw new OneLoginError(
        name === 'prompt' ? 'reauthentication_impossible' : 'invalid_option',
        `Option "${name}": One Login accepts it only in a signed request object. Set "requestObject" to true.`,
        { option: name },
      )
  const asked: readonly ClaimName[] = trust.identity
    ? [...new Set(['coreIdentityJWT', ...claims] as const)]
    : []
  return { trust, claims: asked, ...(maxAge !== undefined && { maxAge }), ...withoutUndefined(rest) }
}

function isJSON(value: unknown): boolean {
  try {
    return (JSON.stringify(value) as string | undefined) !== undefined
  } catch {
    // It has a circle or a BigInt, for example.
  }
  return false
}

// A copy, because the app may change its object before this request is saved.
function copyOfJSON(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
