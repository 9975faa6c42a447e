/**
 * Every code: the HTTP status to respond with, whether the user can succeed by trying again, and the cause. `user` goes to
 * Passport's `fail`, `fault` to its `error`.
 */
const outcomes = {
  invalid_option: { status: 500, retryable: false, cause: 'fault' },
  session_unavailable: { status: 503, retryable: true, cause: 'fault' },
  request_too_long: { status: 500, retryable: false, cause: 'fault' },
  reauthentication_impossible: { status: 500, retryable: false, cause: 'fault' },

  session_lost: { status: 400, retryable: true, cause: 'user' },
  callback_invalid: { status: 400, retryable: true, cause: 'user' },
  cross_site_request: { status: 403, retryable: false, cause: 'user' },

  access_denied: { status: 403, retryable: true, cause: 'user' },
  login_required: { status: 401, retryable: true, cause: 'user' },
  temporarily_unavailable: { status: 503, retryable: true, cause: 'fault' },
  server_error: { status: 502, retryable: true, cause: 'fault' },
  unauthorized_client: { status: 503, retryable: false, cause: 'fault' },
  authorization_refused: { status: 502, retryable: false, cause: 'fault' },

  provider_unreachable: { status: 503, retryable: true, cause: 'fault' },
  provider_timeout: { status: 504, retryable: true, cause: 'fault' },
  provider_answer_invalid: { status: 502, retryable: true, cause: 'fault' },
  provider_document_unusable: { status: 502, retryable: true, cause: 'fault' },
  signing_failed: { status: 503, retryable: true, cause: 'fault' },
  token_refused: { status: 502, retryable: true, cause: 'fault' },
  userinfo_refused: { status: 502, retryable: true, cause: 'fault' },
  userinfo_invalid: { status: 502, retryable: false, cause: 'fault' },

  id_token_invalid: { status: 502, retryable: false, cause: 'fault' },
  id_token_key_unknown: { status: 502, retryable: false, cause: 'fault' },
  authentication_too_old: { status: 401, retryable: true, cause: 'user' },
  authentication_level_too_low: { status: 403, retryable: true, cause: 'fault' },
  core_identity_invalid: { status: 502, retryable: false, cause: 'fault' },
  core_identity_key_unknown: { status: 502, retryable: false, cause: 'fault' },
  identity_level_too_low: { status: 403, retryable: true, cause: 'fault' },
  identity_claim_invalid: { status: 502, retryable: false, cause: 'fault' },
  identity_claim_missing: { status: 403, retryable: true, cause: 'fault' },
  logout_token_invalid: { status: 400, retryable: false, cause: 'fault' },

  subject_mismatch: { status: 403, retryable: true, cause: 'user' },
  user_refused: { status: 403, retryable: false, cause: 'user' },
  not_signed_in: { status: 401, retryable: true, cause: 'user' },
  session_expired: { status: 401, retryable: true, cause: 'user' },
  authentication_too_weak: { status: 403, retryable: true, cause: 'user' },
  identity_required: { status: 403, retryable: true, cause: 'user' },
  identity_not_proven: { status: 403, retryable: true, cause: 'user' },
} as const satisfies Record<string, { status: number; retryable: boolean; cause: 'user' | 'fault' }>

const outage = "If this continues, check your proxy, your firewall and One Login's status page."
const attack = 'If they are right, treat it as a possible attack.'

/**
 * The action at the end of each code's message. A code that is not here has several causes, so each of its messages
 * contains its own action.
 */
const actions: Partial<Record<OneLoginErrorCode, string>> = {
  session_lost:
    'No action needed: the user can start again. If you see this often, check the session cookie and the store.',
  callback_invalid: 'No action needed: the user can start again.',
  access_denied: 'No action needed: the user can try again.',
  login_required: 'No action needed: the user can sign in again.',
  temporarily_unavailable: "If this continues, check One Login's status page.",
  server_error: "If this continues, check One Login's status page.",
  unauthorized_client: 'Ask One Login whether your client is active.',
  authorization_refused:
    'Compare the request with your registration: run "npx passport-govuk-one-login doctor".',
  request_too_long: 'Shorten them.',
  provider_unreachable: outage,
  provider_timeout: outage,
  provider_answer_invalid: "If this continues, check One Login's status page.",
  provider_document_unusable: 'Check the option "environment", and whether a proxy returns its own page.',
  userinfo_refused: 'If this continues, report it to One Login.',
  userinfo_invalid: 'Treat it as a possible attack, and report it to One Login.',
  id_token_invalid: `Check your clock and the options "environment" and "clientId". ${attack}`,
  authentication_level_too_low: 'The user can try again. If this continues, report it to One Login.',
  core_identity_invalid: `Check your clock and the options "environment" and "clientId". ${attack}`,
  identity_level_too_low: 'Treat the identity as not proven.',
  identity_claim_invalid: 'Report it to One Login.',
  identity_claim_missing:
    'Treat the identity as not proven: the request may have been changed in the browser. Ask One Login to register your client with JarValidationRequired.',
  logout_token_invalid:
    'No action needed: no session has ended. If you see this often, check the options "environment" and "clientId".',
  subject_mismatch: 'No action needed: the user can sign in again.',
  user_refused: 'No action needed. If you did not expect this, check what your verify callback returns.',
  identity_not_proven: 'No action needed: offer the user another way, or to try again.',
}

/**
 * The code of an error, to use in a `switch`. `docs/reference/errors.md` explains each code.
 *
 * @useDeclaredType
 */
export type OneLoginErrorCode = keyof typeof outcomes

/** What One Login returned: its `error`, its `error_description` and the status of its response. */
export interface ProviderError {
  /** The OAuth error code, for example `invalid_grant`. */
  readonly error?: string
  /** One Login's own description. It comes from outside, so escape it where you show it. */
  readonly description?: string
  /** HTTP status of the response. Not set if the error came through the browser. */
  readonly status?: number
}

/** Further details of an {@link OneLoginError}. */
export interface OneLoginErrorDetails {
  /** The underlying error. If it is not from this package, only its name, message, code and stack are kept. */
  cause?: unknown
  /** What One Login returned, if it returned an error. */
  providerError?: ProviderError
  /** The return codes, if an identity was not proven. */
  returnCodes?: readonly string[]
  /** The option that is invalid. */
  option?: string
}

const brand = Symbol.for('passport-govuk-one-login.error')

/**
 * The only error that this package throws. Its message says what happened and where, then what to do. Neither the message
 * nor the cause holds a token, a code, a key or personal data.
 *
 * @example
 * ```ts
 * app.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
 *   if (!isOneLoginError(error)) return next(error)
 *   res.status(error.status).render(error.retryable ? 'try-again' : 'sorry', { code: error.code })
 * })
 * ```
 */
export class OneLoginError extends Error {
  /** The code of the error. */
  readonly code: OneLoginErrorCode
  /** The HTTP status to respond with, 400 to 504. */
  readonly status: number
  /** Whether the user can succeed by trying again. */
  readonly retryable: boolean
  /** What One Login returned, if it returned an error. */
  declare readonly providerError?: ProviderError
  /** The return codes, if an identity was not proven and you requested them. */
  declare readonly returnCodes?: readonly string[]
  /** The invalid option, for example `session.idle`, if the code is `invalid_option`. */
  declare readonly option?: string

  /**
   * Created by this package. Your service only needs it in tests.
   *
   * @param code - what went wrong. It sets `status` and `retryable`
   * @param happened - what happened, without personal data. The constructor adds the action
   * @param details - the cause, One Login's response, the return codes and the option
   */
  constructor(code: OneLoginErrorCode, happened: string, details: OneLoginErrorDetails = {}) {
    super(
      withAction(happened, actions[code]),
      details.cause === undefined ? undefined : { cause: withoutData(details.cause) },
    )
    this.name = 'OneLoginError'
    this.code = code
    this.status = outcomes[code].status
    this.retryable = outcomes[code].retryable
    if (details.providerError) this.providerError = details.providerError
    if (details.returnCodes) this.returnCodes = details.returnCodes
    if (details.option !== undefined) this.option = details.option
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Returns whether `value` is an {@link OneLoginError}, even one from another copy of this package.
 *
 * @param value - any value, usually the error that an Express error handler gets
 *
 * @example
 * ```ts
 * if (isOneLoginError(error) && error.code === 'identity_not_proven') console.log(error.returnCodes)
 * ```
 */
export function isOneLoginError(value: unknown): value is OneLoginError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
}

/**
 * Returns whether the user caused an error or can recover from it. If not, it is a fault or an attack.
 *
 * @internal
 */
export function isForTheUser(error: OneLoginError): boolean {
  return outcomes[error.code].cause === 'user'
}

/**
 * Returns the OneLoginError in the `cause` of a library's error.
 *
 * @internal
 */
export function findOneLoginError(error: unknown): OneLoginError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isOneLoginError(at)) return at
  return undefined
}

/**
 * Returns text from One Login that is safe to log: at most 200 characters of printable ASCII, as in RFC 6749.
 *
 * @internal
 */
export function printable(text: string): string
export function printable(text: unknown): string | undefined
export function printable(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

function withAction(happened: string, action = ''): string {
  return happened.endsWith(action) ? happened : `${happened} ${action}`
}

// The errors of jose and openid-client hold the claims and responses that they rejected, so only their messages are
// kept.
function withoutData(cause: unknown): unknown {
  if (isOneLoginError(cause)) return cause
  if (!(cause instanceof Error)) return undefined
  const { name, stack } = cause
  return Object.assign(new Error(cause.message), { name, stack }, 'code' in cause && { code: cause.code })
}
