/**
 * Everything that can go wrong, as one table: the HTTP status that fits, whether trying again can help, and
 * whose hands it is in. `user` goes to Passport's `fail`, `fault` to its `error`.
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
  logout_token_invalid: { status: 400, retryable: false, cause: 'fault' },

  subject_mismatch: { status: 403, retryable: true, cause: 'user' },
  user_refused: { status: 403, retryable: false, cause: 'user' },
  not_signed_in: { status: 401, retryable: true, cause: 'user' },
  session_expired: { status: 401, retryable: true, cause: 'user' },
  authentication_too_weak: { status: 403, retryable: true, cause: 'user' },
  identity_required: { status: 403, retryable: true, cause: 'user' },
  identity_not_proven: { status: 403, retryable: true, cause: 'user' },
} as const satisfies Record<string, { status: number; retryable: boolean; cause: 'user' | 'fault' }>

/**
 * What went wrong, as a literal that code can switch on. Each one is explained in the README.
 *
 * @useDeclaredType
 */
export type OneLoginErrorCode = keyof typeof outcomes

/** What One Login itself said was wrong: its `error`, its `error_description`, the status of its answer. */
export interface ProviderError {
  /** The OAuth error code, for example `invalid_grant`. */
  readonly error?: string
  /** The provider's own words. They come from outside: escape them wherever they are shown. */
  readonly description?: string
  /** HTTP status of a direct answer; absent when the error came through the browser. */
  readonly status?: number
}

/** What an {@link OneLoginError} may carry beside its code and message. */
export interface OneLoginErrorDetails {
  /** The error behind it; of a foreign one only name, message, code and stack are kept. */
  cause?: unknown
  /** What One Login said, when it said something. */
  providerError?: ProviderError
  /** The return codes of an identity that was not proven. */
  returnCodes?: readonly string[]
}

const brand = Symbol.for('passport-govuk-one-login.error')

/**
 * The one error this package throws. Its message says what happened, in which step or option, and what to do;
 * it never holds a token, a code, a key or personal data, and neither does its cause.
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
  /** What went wrong. */
  readonly code: OneLoginErrorCode
  /** The HTTP status that fits, 400 to 504. */
  readonly status: number
  /** Whether the same thing can succeed when the user tries again. */
  readonly retryable: boolean
  /** What One Login said, when it said something. */
  readonly providerError?: ProviderError
  /** The return codes of an identity that was not proven, when they were asked for. */
  readonly returnCodes?: readonly string[]

  /**
   * Made by this package; by an app only in its tests.
   *
   * @param code - what went wrong; gives `status` and `retryable`
   * @param message - for logs, without personal data
   * @param details - what it carries besides
   */
  constructor(code: OneLoginErrorCode, message: string, details: OneLoginErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: withoutData(details.cause) })
    this.name = 'OneLoginError'
    this.code = code
    this.status = outcomes[code].status
    this.retryable = outcomes[code].retryable
    if (details.providerError) this.providerError = details.providerError
    if (details.returnCodes) this.returnCodes = details.returnCodes
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Tells whether `value` is an {@link OneLoginError}, also one that another copy of this package made.
 *
 * @param value - anything, typically what an Express error handler was given
 *
 * @example
 * ```ts
 * if (isOneLoginError(error) && error.code === 'identity_not_proven') console.log(error.returnCodes)
 * ```
 */
export function isOneLoginError(value: unknown): value is OneLoginError {
  return typeof value === 'object' && value !== null && brand in value
}

/**
 * Whether the person in the browser caused an error or can mend it; otherwise it is a fault or an attack.
 *
 * @internal
 */
export function isForTheUser(error: OneLoginError): boolean {
  return outcomes[error.code].cause === 'user'
}

/**
 * Finds the error of ours that a library wrapped into one of its own.
 *
 * @internal
 */
export function findOneLoginError(error: unknown): OneLoginError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isOneLoginError(at)) return at
  return undefined
}

/**
 * What the provider sends as text, made fit for a log line: printable ASCII as RFC 6749 has it, 200 characters.
 *
 * @internal
 */
export function printable(text: string): string
export function printable(text: unknown): string | undefined
export function printable(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

// The errors of jose and openid-client carry the claims and answers they failed on: only their words go on.
function withoutData(cause: unknown): unknown {
  if (isOneLoginError(cause)) return cause
  if (!(cause instanceof Error)) return undefined
  const safe = new Error(cause.message)
  safe.name = cause.name
  if (cause.stack) safe.stack = cause.stack
  if ('code' in cause) Object.defineProperty(safe, 'code', { value: cause.code, enumerable: true })
  return safe
}
