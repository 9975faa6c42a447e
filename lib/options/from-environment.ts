import { OneLoginError } from '../errors.ts'
import type { OneLoginOptions } from './one-login-options.ts'

type Read = (text: string, variable: string) => unknown

const text: Read = (value) => value
const list: Read = (value) => value.split(/[\s,]+/).filter(Boolean)
const number: Read = (value, variable) => {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value)
  throw refusal(variable, 'a number')
}
const seconds: Read = (value) => (/^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value)
const truth: Read = (value, variable) => {
  if (value === 'true' || value === 'false') return value === 'true'
  throw refusal(variable, '"true" or "false"')
}

/** Each variable, the option that it sets, and how its text is read. */
const variables: Readonly<Record<string, readonly [path: readonly string[], read: Read]>> = {
  ONE_LOGIN_ENVIRONMENT: [['environment'], text],
  ONE_LOGIN_ISSUER: [['environment', 'issuer'], text],
  ONE_LOGIN_DID_DOCUMENT_URL: [['environment', 'didDocumentURL'], text],
  ONE_LOGIN_DID_CONTROLLER: [['environment', 'didController'], text],
  ONE_LOGIN_CORE_IDENTITY_ISSUER: [['environment', 'coreIdentityIssuer'], text],
  ONE_LOGIN_ALLOW_INSECURE_REQUESTS: [['environment', 'allowInsecureRequests'], truth],
  ONE_LOGIN_CLIENT_ID: [['clientId'], text],
  ONE_LOGIN_CALLBACK_URL: [['callbackURL'], text],
  ONE_LOGIN_PRIVATE_KEY: [['privateKey'], text],
  ONE_LOGIN_CLIENT_SECRET: [['clientSecret'], text],
  ONE_LOGIN_POST_LOGOUT_REDIRECT_URL: [['postLogoutRedirectURL'], text],
  ONE_LOGIN_SCOPE: [['scope'], list],
  ONE_LOGIN_VTR: [['vtr'], list],
  ONE_LOGIN_CLAIMS: [['claims'], list],
  ONE_LOGIN_REQUEST_OBJECT: [['requestObject'], truth],
  ONE_LOGIN_UI_LOCALES: [['uiLocales'], text],
  ONE_LOGIN_MAX_AGE: [['maxAge'], number],
  ONE_LOGIN_SERVICE_URL: [['serviceURL'], text],
  ONE_LOGIN_TIMEOUT: [['timeout'], seconds],
  ONE_LOGIN_CLOCK_TOLERANCE: [['clockTolerance'], seconds],
  ONE_LOGIN_TRANSACTION_LIFETIME: [['transactionLifetime'], seconds],
  ONE_LOGIN_SESSION_ABSOLUTE: [['session', 'absolute'], seconds],
  ONE_LOGIN_SESSION_IDLE: [['session', 'idle'], seconds],
  ONE_LOGIN_SESSION_ON_EXPIRY: [['session', 'onExpiry'], text],
}

/**
 * Each variable, and the option that it sets, written as in messages: `session.absolute`.
 *
 * @internal
 */
export const optionVariables: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(variables).map(([variable, [path]]) => [variable, path.join('.')]),
)

/**
 * Reads the strategy's options out of `ONE_LOGIN_*` environment variables; the README lists them. Empty ones
 * count as not set. What the options say is checked when the strategy is made.
 *
 * @param env - typically `process.env`
 * @throws OneLoginError `invalid_option` when a variable cannot be read, or `ONE_LOGIN_ENVIRONMENT` and
 * `ONE_LOGIN_ISSUER` are both set
 *
 * @example
 * ```ts
 * const oneLogin = new OneLoginStrategy(optionsFromEnvironment(process.env))
 * ```
 */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Omit<OneLoginOptions, 'passReqToCallback'> {
  const options = {} as Record<string, unknown> & OneLoginOptions
  for (const [variable, [path, read]] of Object.entries(variables)) {
    const value = env[variable]?.trim()
    if (!value) continue
    const [name = '', member] = path
    if (member === undefined) options[name] = read(value, variable)
    else if (typeof options[name] === 'string')
      throw new OneLoginError(
        'invalid_option',
        `${variable} describes a simulator, and ONE_LOGIN_ENVIRONMENT names a real environment; unset one of them.`,
      )
    else options[name] = { ...(options[name] as object | undefined), [member]: read(value, variable) }
  }
  return options
}

function refusal(variable: string, allowed: string): OneLoginError {
  return new OneLoginError('invalid_option', `${variable} must be ${allowed}.`)
}
