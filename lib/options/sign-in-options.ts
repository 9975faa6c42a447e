import * as v from 'valibot'
import { claimNames, type ClaimName } from '../claims.ts'
import { OneLoginError } from '../errors.ts'
import { didSettings } from './environments.ts'
import { invalidOption, parseOptions } from './invalid-option.ts'
import { confidential, described, duration, withoutUndefined, type Duration } from './option-schema.ts'
import { parseVectors, type RequestedTrust } from '../vectors-of-trust.ts'

/** The languages that One Login's pages have: English and Welsh. */
export const locales = ['en', 'cy'] as const

/**
 * A language of One Login's pages: English or Welsh.
 *
 * @useDeclaredType
 */
export type Locale = (typeof locales)[number]

/**
 * Options that the strategy has and one request can override.
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
    confidential(v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)), 'a text of 1 to 256 characters'),
  ),
  channel: v.optional(described(v.picklist(['web', 'generic_app']), '"web" or "generic_app"')),
  returnTo: v.optional(described(v.string(), 'a path of this site')),
  state: v.optional(
    confidential(v.pipe(v.custom<unknown>(isJSON), v.transform(copyOfJSON)), 'a value that JSON can hold'),
  ),
})

/**
 * What one sign-in may ask for in its own way, in `passport.authenticate` and `signIn()`. What is left out is as the
 * strategy's options say.
 *
 * @example
 * ```ts
 * app.get('/prove', oneLogin.signIn({ vtr: ['Cl.Cm.P2'], claims: ['address'], returnTo: '/treasure' }))
 * ```
 */
export interface SignInOptions {
  /** Vectors of trust, for example `['Cl.Cm']` to sign in or `['Cl.Cm.P2']` to prove an identity. */
  vtr?: string[] | undefined
  /** Identity claims to ask for, by short name; sent with identity requests only. */
  claims?: ClaimName[] | undefined
  /** How long ago the user may have signed in at One Login. */
  maxAge?: Duration | undefined
  /** Language of One Login's pages. */
  uiLocales?: Locale | undefined
  /** `'login'` asks the signed-in user to prove again that it is them. Needs request objects. */
  prompt?: 'login' | undefined
  /** An email address to start with, 256 characters at most. Needs request objects. */
  loginHint?: string | undefined
  /** Where the pages are shown: in a browser, or in an app's web view. */
  channel?: 'web' | 'generic_app' | undefined
  /** The page of this site to come back to; anything that is not a path of this site becomes `/`. */
  returnTo?: string | undefined
  /** A value of the app's own, kept on the server and handed back as `req.authInfo.state`; plain JSON. */
  state?: unknown
}

/** {@link SignInOptions} checked, with the strategy's own options filled in. */
export interface SignInSettings {
  readonly trust: RequestedTrust
  /** Claims to ask for; empty unless an identity is asked for. */
  readonly claims: readonly ClaimName[]
  readonly maxAge?: number
  readonly uiLocales?: Locale
  readonly prompt?: 'login'
  readonly loginHint?: string
  readonly channel?: 'web' | 'generic_app'
  readonly returnTo?: string
  readonly state?: unknown
}

/** What the strategy's options say where a request does not. */
export interface SignInDefaults {
  readonly trust: RequestedTrust
  readonly claims: readonly ClaimName[]
  readonly maxAge?: number | undefined
  /** Whether requests go as signed request objects. */
  readonly requestObject: boolean
  /** Whether this service has a key, without which One Login gives no identity. */
  readonly hasKey: boolean
  /** Whether the DID settings are known, without which no identity can be verified. */
  readonly hasDid: boolean
}

/**
 * Checks what one sign-in asks for and fills in what it leaves open.
 *
 * @param options - as given to `passport.authenticate`; members that are not {@link SignInOptions} are Passport's
 * @param defaults - what the strategy's options say
 * @throws OneLoginError `invalid_option`
 */
export function parseSignInOptions(options: object, defaults: SignInDefaults): SignInSettings {
  const own = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => name in requestSchema.entries && value !== undefined),
  )
  const { vtr, claims = defaults.claims, maxAge: ownMaxAge, ...rest } = parseOptions(requestSchema, own)
  const trust = vtr ? parseVectors(vtr) : defaults.trust
  // One Login fixes auth_time before the identity journey, which takes longer than most limits.
  const maxAge = ownMaxAge ?? (trust.identity ? undefined : defaults.maxAge)
  if (trust.identity && !defaults.hasKey)
    throw invalidOption(
      options,
      'vtr',
      'it asks for an identity, which One Login gives only to services that authenticate with a key. ' +
        'Use "privateKey" or "signer" in place of "clientSecret"',
    )
  if (trust.identity && !defaults.hasDid)
    throw invalidOption(
      options,
      'vtr',
      `it asks for an identity, which cannot be verified without ${didSettings.join(', ')}. Set them in "environment"`,
    )
  for (const name of ['prompt', 'loginHint'] as const)
    if (rest[name] && !defaults.requestObject)
      throw new OneLoginError(
        name === 'prompt' ? 'reauthentication_impossible' : 'invalid_option',
        `Option "${name}": One Login takes it in a signed request object only. Set "requestObject" to true.`,
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
    return false
  }
}

// The app may change its object for the next request before this one is saved.
function copyOfJSON(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
