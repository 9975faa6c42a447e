import type { Request } from 'express'
import type { Store } from 'express-session'
import type { Dispatcher } from 'undici'
import * as v from 'valibot'
import {
  isSigner,
  signerFromPrivateKey,
  signingAlgorithms,
  type PrivateKeyInput,
  type Signer,
} from './private-key.ts'
import { environments, isSecure, type Environment } from './environments.ts'
import { OneLoginError } from '../errors.ts'
import type { OneLoginOptions } from './one-login-options.ts'
import { absoluteURL, described, duration, parseOptions } from './option-schema.ts'
import { sharedEntries, type Locale, type SignInDefaults } from './sign-in-options.ts'
import { parseVectors } from '../vectors-of-trust.ts'

const day = 86_400

const customEnvironment = v.strictObject({
  issuer: absoluteURL('an absolute https URL (http on a loopback host with "allowInsecureRequests")'),
  didDocumentURL: absoluteURL('an absolute https URL (http on a loopback host with "allowInsecureRequests")'),
  didController: described(
    v.pipe(v.string(), v.startsWith('did:')),
    'a DID, such as did:web:identity.account.gov.uk',
  ),
  coreIdentityIssuer: described(v.pipe(v.string(), v.nonEmpty()), 'the issuer of core identities'),
  allowInsecureRequests: v.optional(described(v.boolean(), 'true or false')),
})

const environmentNames = Object.keys(environments) as (keyof typeof environments)[]

const keyForms = described(
  v.custom<PrivateKeyInput>((value) =>
    typeof value === 'string'
      ? value !== ''
      : typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  'an RSA private key (PEM, JWK, KeyObject or CryptoKey) or a list of them',
)

const signerForm = described(
  v.custom<Signer>(isSigner),
  `{ kid, alg, publicJwk, sign }, alg one of ${signingAlgorithms.join(', ')}, publicJwk an RSA public key of 2048 bits or more`,
)

/** One or several: a list comes out either way. */
function oneOrMore<Schema extends v.GenericSchema>(schema: Schema, allowed: string) {
  return described(
    v.union([
      v.pipe(v.array(schema), v.minLength(1)),
      v.pipe(
        schema,
        v.transform((one) => [one]),
      ),
    ]),
    allowed,
  )
}

/**
 * Every option of the strategy: its default, its check, and the words for what it allows. {@link OneLoginOptions}
 * says the same for editors and readers; a test holds each to the other.
 *
 * @internal
 */
export const optionsSchema = v.strictObject({
  environment: described(
    v.lazy((value) =>
      typeof value === 'object' ? customEnvironment : described(v.picklist(environmentNames), ''),
    ),
    '"integration", "production", or { issuer, didDocumentURL, didController, coreIdentityIssuer }',
  ),
  clientId: requiredText('the client id of this service, as the One Login admin tool shows it'),
  callbackURL: described(
    v.pipe(
      requiredText(''),
      absoluteURL(''),
      v.check((url) => !url.includes('?')),
    ),
    'the absolute URL registered as redirect URI, without query or fragment',
  ),
  privateKey: v.optional(
    oneOrMore(keyForms, 'an RSA private key (PEM, JWK, KeyObject or CryptoKey) or a list of them'),
  ),
  signer: v.optional(
    oneOrMore(
      signerForm,
      `{ kid, alg, publicJwk, sign } or a list of them, alg one of ${signingAlgorithms.join(', ')}, publicJwk an RSA public key of 2048 bits or more`,
    ),
  ),
  clientSecret: v.optional(described(v.pipe(v.string(), v.nonEmpty()), 'the client secret of this service')),
  postLogoutRedirectURL: v.optional(absoluteURL('an absolute URL, as registered')),
  scope: v.optional(
    described(
      v.pipe(
        v.array(v.picklist(['openid', 'email', 'phone', 'wallet-subject-id'])),
        v.check((scope) => scope.includes('openid') && new Set(scope).size === scope.length),
      ),
      'a list of "openid" and any of "email", "phone", "wallet-subject-id"',
    ),
    ['openid', 'email'],
  ),
  vtr: v.optional(sharedEntries.vtr, ['Cl.Cm']),
  claims: v.optional(sharedEntries.claims, ['coreIdentityJWT', 'returnCode']),
  maxAge: v.optional(sharedEntries.maxAge),
  requestObject: v.optional(described(v.boolean(), 'true or false')),
  uiLocales: v.optional(
    described(
      v.union([v.picklist(['en', 'cy']), v.custom<(req: Request) => Locale | undefined>(isFunction)]),
      '"en", "cy", or a function of the request that returns one of them',
    ),
  ),
  serviceURL: v.optional(absoluteURL('an absolute URL')),
  timeout: v.optional(
    duration('more than 0 and at most 60 seconds, for example 5 or "5s"', { min: 0.001, max: 60 }),
    '5s',
  ),
  clockTolerance: v.optional(
    duration('0 to 300 seconds, for example 30 or "30s"', { min: 0, max: 300 }),
    '30s',
  ),
  transactionLifetime: v.optional(
    duration('1 minute to 1 day, for example "2h"', { min: 60, max: day }),
    '2h',
  ),
  session: v.optional(
    described(
      v.strictObject({
        absolute: v.optional(
          duration('1 minute to 30 days, for example "12h"', { min: 60, max: 30 * day }),
          '12h',
        ),
        idle: v.optional(duration('1 minute to 30 days, for example "30m"', { min: 60, max: 30 * day })),
        onExpiry: v.optional(
          described(
            v.picklist(['sign-out', 'reauthenticate', 'continue']),
            '"sign-out", "reauthenticate" or "continue"',
          ),
          'sign-out',
        ),
      }),
      '{ absolute, idle, onExpiry }',
    ),
    {},
  ),
  signOutStore: v.optional(
    described(
      v.custom<Pick<Store, 'get' | 'set'>>(isStore),
      'an express-session store: an object with get(id, callback) and set(id, session, callback)',
    ),
  ),
  passReqToCallback: v.optional(described(v.boolean(), 'true or false'), false),
  name: v.optional(
    described(v.pipe(v.string(), v.regex(/^\S+$/)), 'a name without spaces'),
    'govuk-one-login',
  ),
  dispatcher: v.optional(
    described(
      v.custom<Pick<Dispatcher, 'dispatch'>>(isDispatcher),
      'a dispatcher of the package undici, such as an Agent or a ProxyAgent',
    ),
  ),
})

/** {@link OneLoginOptions} checked, with defaults filled in and keys read. */
export interface Settings {
  readonly environment: Environment & { readonly allowInsecureRequests: boolean }
  readonly clientId: string
  readonly callbackURL: string
  /** The keys of this service, the signing one first; empty where it has a client secret. */
  readonly signers: readonly Signer[]
  readonly clientSecret?: string | undefined
  readonly postLogoutRedirectURL?: string | undefined
  readonly scope: readonly string[]
  readonly signIn: SignInDefaults
  readonly uiLocales?: Locale | ((req: Request) => Locale | undefined) | undefined
  readonly serviceURL?: string | undefined
  /** Seconds, as all lengths of time here. */
  readonly timeout: number
  readonly clockTolerance: number
  readonly transactionLifetime: number
  readonly session: {
    readonly absolute: number
    readonly idle?: number | undefined
    readonly onExpiry: 'sign-out' | 'reauthenticate' | 'continue'
  }
  readonly signOutStore?: Pick<Store, 'get' | 'set'> | undefined
  readonly passReqToCallback: boolean
  readonly name: string
  readonly dispatcher?: Pick<Dispatcher, 'dispatch'> | undefined
}

/**
 * Checks the strategy's options, one by one and against each other.
 *
 * @param options - see {@link OneLoginOptions}
 * @throws OneLoginError `invalid_option` that names the option, what is wrong with it, and what is allowed
 */
export function parseStrategyOptions(options: OneLoginOptions): Settings {
  const { privateKey, signer, clientSecret, requestObject, vtr, claims, maxAge, ...parsed } = parseOptions(
    optionsSchema,
    options,
  )
  const environment = resolveEnvironment(parsed.environment)
  if (parsed.environment === 'production' && !parsed.callbackURL.startsWith('https:'))
    throw refusal('callbackURL', 'it is plain http, which production does not take; use https')
  const credentials = [privateKey, signer, clientSecret].filter((one) => one !== undefined)
  if (credentials.length !== 1)
    throw refusal(
      'privateKey',
      `give exactly one of "privateKey", "signer" and "clientSecret", not ${credentials.length}`,
    )
  const signers =
    signer ??
    privateKey?.map((key, at, { length }) =>
      signerFromPrivateKey(key, length > 1 ? `privateKey[${at}]` : 'privateKey'),
    ) ??
    []
  if (new Set(signers.map(({ kid }) => kid)).size < signers.length)
    throw refusal(signer ? 'signer' : 'privateKey', 'two keys have the same "kid"; each needs its own')
  const hasKey = signers.length > 0
  if (requestObject && !hasKey)
    throw refusal(
      'requestObject',
      'a request object is signed with a key; give "privateKey" or "signer", or set it to false',
    )
  const trust = parseVectors(vtr)
  if (trust.identity && !hasKey)
    throw refusal(
      'clientSecret',
      'One Login gives no identity to a service with a client secret; use "privateKey", or a "vtr" without identity',
    )
  const { absolute, idle } = parsed.session
  if (idle !== undefined && idle > absolute)
    throw refusal('session.idle', 'it is longer than "session.absolute", so it could never be reached')
  return Object.freeze({
    ...parsed,
    environment,
    signers: Object.freeze(signers),
    clientSecret,
    signIn: Object.freeze({ trust, claims, maxAge, requestObject: requestObject ?? hasKey, hasKey }),
  })
}

function resolveEnvironment(given: keyof typeof environments | Environment): Settings['environment'] {
  if (typeof given === 'string') return { ...environments[given], allowInsecureRequests: false }
  const allowInsecureRequests = given.allowInsecureRequests ?? false
  for (const name of ['issuer', 'didDocumentURL'] as const)
    if (!isSecure(new URL(given[name]), allowInsecureRequests))
      throw refusal(
        `environment.${name}`,
        'it is plain http; use https, or for a simulator on a loopback host set "allowInsecureRequests"',
      )
  return Object.freeze({ ...given, allowInsecureRequests })
}

function refusal(option: string, reason: string): OneLoginError {
  return new OneLoginError('invalid_option', `Option "${option}": ${reason}.`)
}

// Its type takes undefined, so that process.env can be given as it is; its check does not.
function requiredText(allowed: string) {
  return described(
    v.pipe(
      v.custom<string | undefined>((value) => typeof value === 'string' && value.trim() !== ''),
      v.transform(String),
    ),
    allowed,
  )
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isStore(value: unknown): boolean {
  const store = value as Partial<Store> | null | undefined
  return isFunction(store?.get) && isFunction(store?.set)
}

function isDispatcher(value: unknown): boolean {
  return isFunction((value as Partial<Dispatcher> | null | undefined)?.dispatch)
}
