import type { Request } from 'express'
import type { Store } from 'express-session'
import type { Dispatcher } from 'undici'
import * as v from 'valibot'
import { environmentNames } from './environments.ts'
import { absoluteURL, confidential, described, duration, isAbsoluteURL } from './option-schema.ts'
import { fromVariable, readBoolean, readList, readSeconds } from './option-variable.ts'
import type { PrivateKeyInput } from './private-key.ts'
import { isSigner, signingAlgorithms, type Signer } from './signer.ts'
import { locales, sharedEntries, type Locale } from './sign-in-options.ts'

const day = 86_400

const secureURL = 'an absolute https URL (http on a loopback host with "allowInsecureRequests")'

const nonEmptyText = v.pipe(v.string(), v.nonEmpty())

// The type allows undefined, so that an app can pass process.env.NAME. The check rejects it.
const requiredText = v.pipe(
  v.custom<string | undefined>((value) => typeof value === 'string' && value.trim() !== ''),
  v.transform(String),
)

const customEnvironment = v.strictObject({
  issuer: fromVariable('ONE_LOGIN_ISSUER', absoluteURL(secureURL)),
  didDocumentURL: v.optional(fromVariable('ONE_LOGIN_DID_DOCUMENT_URL', absoluteURL(secureURL))),
  didController: v.optional(
    fromVariable(
      'ONE_LOGIN_DID_CONTROLLER',
      described(v.pipe(v.string(), v.startsWith('did:')), 'a DID, such as did:web:identity.account.gov.uk'),
    ),
  ),
  coreIdentityIssuer: v.optional(
    fromVariable('ONE_LOGIN_CORE_IDENTITY_ISSUER', described(nonEmptyText, 'the issuer of core identities')),
  ),
  allowInsecureRequests: v.optional(
    fromVariable('ONE_LOGIN_ALLOW_INSECURE_REQUESTS', described(v.boolean(), 'true or false'), readBoolean),
    false,
  ),
})

const keyForm = v.custom<PrivateKeyInput>((value) =>
  typeof value === 'string'
    ? value !== ''
    : typeof value === 'object' && value !== null && !Array.isArray(value),
)

const sessionLimits = v.strictObject({
  absolute: v.optional(
    fromVariable(
      'ONE_LOGIN_SESSION_ABSOLUTE',
      duration('1 minute to 30 days, for example "12h"', { min: 60, max: 30 * day }),
      readSeconds,
    ),
    '12h',
  ),
  idle: v.optional(
    fromVariable(
      'ONE_LOGIN_SESSION_IDLE',
      duration('1 minute to 30 days, for example "30m"', { min: 60, max: 30 * day }),
      readSeconds,
    ),
  ),
  onExpiry: v.optional(
    fromVariable(
      'ONE_LOGIN_SESSION_ON_EXPIRY',
      described(
        v.picklist(['sign-out', 'reauthenticate', 'continue']),
        '"sign-out", "reauthenticate" or "continue"',
      ),
    ),
    'sign-out',
  ),
})

/**
 * Every option of the strategy: its variable, its check, a description of what it allows, and its default.
 * `OneLoginOptions` has the same options with TSDoc for editors. A test compares the two.
 */
export const optionsSchema = v.strictObject({
  environment: fromVariable(
    'ONE_LOGIN_ENVIRONMENT',
    described(
      v.lazy((value) => (typeof value === 'object' ? customEnvironment : v.picklist(environmentNames))),
      '"integration", "production", the issuer of one of them, or { issuer, didDocumentURL, didController, coreIdentityIssuer }',
    ),
  ),
  clientId: fromVariable(
    'ONE_LOGIN_CLIENT_ID',
    described(requiredText, 'your client ID, from the One Login admin tool'),
  ),
  callbackURL: fromVariable(
    'ONE_LOGIN_CALLBACK_URL',
    described(
      v.pipe(
        requiredText,
        v.check((url) => isAbsoluteURL(url) && !url.includes('?')),
      ),
      'an absolute URL that is registered as a redirect URI, without query or fragment',
    ),
  ),
  privateKey: v.optional(
    fromVariable(
      'ONE_LOGIN_PRIVATE_KEY',
      confidential(
        oneOrMore(keyForm),
        'an RSA private key (PEM, JWK, KeyObject or CryptoKey) or a list of them',
      ),
    ),
  ),
  signer: v.optional(
    confidential(
      oneOrMore(v.custom<Signer>(isSigner)),
      `{ kid, alg, publicJwk, sign } or a list of them. alg is one of ${signingAlgorithms.join(', ')}, and publicJwk is an RSA public key of 2048 bits or more`,
    ),
  ),
  clientSecret: v.optional(
    fromVariable('ONE_LOGIN_CLIENT_SECRET', confidential(nonEmptyText, 'your client secret')),
  ),
  postLogoutRedirectURL: v.optional(
    fromVariable(
      'ONE_LOGIN_POST_LOGOUT_REDIRECT_URL',
      absoluteURL('an absolute URL that is registered as a post-logout redirect URI'),
    ),
  ),
  scope: v.optional(
    fromVariable(
      'ONE_LOGIN_SCOPE',
      described(
        v.pipe(
          v.array(v.picklist(['openid', 'email', 'phone', 'wallet-subject-id'])),
          v.check((scope) => scope.includes('openid') && new Set(scope).size === scope.length),
          v.readonly(),
        ),
        'a list of "openid" and any of "email", "phone", "wallet-subject-id"',
      ),
      readList,
    ),
    ['openid', 'email'],
  ),
  vtr: v.optional(fromVariable('ONE_LOGIN_VTR', sharedEntries.vtr, readList), ['Cl.Cm']),
  claims: v.optional(fromVariable('ONE_LOGIN_CLAIMS', sharedEntries.claims, readList), [
    'coreIdentityJWT',
    'returnCode',
  ]),
  maxAge: v.optional(fromVariable('ONE_LOGIN_MAX_AGE', sharedEntries.maxAge, readSeconds)),
  requestObject: v.optional(
    fromVariable('ONE_LOGIN_REQUEST_OBJECT', described(v.boolean(), 'true or false'), readBoolean),
  ),
  uiLocales: v.optional(
    fromVariable(
      'ONE_LOGIN_UI_LOCALES',
      described(
        v.union([v.picklist(locales), v.custom<(req: Request) => Locale | undefined>(isFunction)]),
        '"en", "cy", or a function of the request that returns one of them',
      ),
    ),
  ),
  serviceURL: v.optional(fromVariable('ONE_LOGIN_SERVICE_URL', absoluteURL('an absolute URL'))),
  timeout: v.optional(
    fromVariable(
      'ONE_LOGIN_TIMEOUT',
      duration('more than 0 and at most 60 seconds, for example 5 or "5s"', { min: 0.001, max: 60 }),
      readSeconds,
    ),
    '5s',
  ),
  clockTolerance: v.optional(
    fromVariable(
      'ONE_LOGIN_CLOCK_TOLERANCE',
      duration('0 to 300 seconds, for example 30 or "30s"', { min: 0, max: 300 }),
      readSeconds,
    ),
    '30s',
  ),
  transactionLifetime: v.optional(
    fromVariable(
      'ONE_LOGIN_TRANSACTION_LIFETIME',
      duration('1 minute to 1 day, for example "2h"', { min: 60, max: day }),
      readSeconds,
    ),
    '2h',
  ),
  session: v.optional(described(sessionLimits, '{ absolute, idle, onExpiry }'), {}),
  signOutStore: v.optional(
    described(
      v.custom<Pick<Store, 'get' | 'set'>>(isStore),
      'an express-session store: an object with get(id, callback) and set(id, session, callback)',
    ),
  ),
  warmUp: v.optional(
    fromVariable('ONE_LOGIN_WARM_UP', described(v.boolean(), 'true or false'), readBoolean),
    true,
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

/** Accepts one value or a list. The result is always a list. */
function oneOrMore<Schema extends v.GenericSchema>(schema: Schema) {
  return v.union([
    v.pipe(v.array(schema), v.minLength(1)),
    v.pipe(
      schema,
      v.transform((value) => [value]),
    ),
  ])
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isStore(value: unknown): boolean {
  const { get, set } = (value ?? {}) as Partial<Store>
  return isFunction(get) && isFunction(set)
}

function isDispatcher(value: unknown): boolean {
  const { dispatch } = (value ?? {}) as Partial<Dispatcher>
  return isFunction(dispatch)
}
