import { OneLoginError, printable, type OneLoginErrorCode } from '../errors.ts'

/** The parameters of a callback, each at most once. */
export interface AuthorizationResponse {
  readonly state?: string
  readonly code?: string
  readonly error?: string
  readonly error_description?: string
  readonly iss?: string
}

const names = ['state', 'code', 'error', 'error_description', 'iss'] as const
const longestValue = 2048

/**
 * One Login's errors that have their own code here. Any other error means that One Login could not accept the
 * request.
 */
const known = [
  'access_denied',
  'login_required',
  'temporarily_unavailable',
  'server_error',
  'unauthorized_client',
] as const satisfies OneLoginErrorCode[]

const descriptions: Record<(typeof known)[number] | 'authorization_refused', string> = {
  access_denied:
    'One Login denied access. Its session was lost, the user stopped, or the identity was not proven.',
  login_required: 'The user did not authenticate again. Their session in this service has been ended.',
  temporarily_unavailable: 'One Login is at capacity. The user can try again in a few minutes.',
  server_error: 'One Login had an internal error. The user can try again in a few minutes.',
  unauthorized_client:
    'One Login rejected this client: it is deactivated, or not registered for this request.',
  authorization_refused: 'One Login rejected the sign-in request',
}

/**
 * Reads the parameters of a callback.
 *
 * @param query - the query string of the request
 * @throws OneLoginError `callback_invalid` if a parameter is repeated, nested or longer than any that One Login sends
 */
export function readAuthorizationResponse(query: URLSearchParams): AuthorizationResponse {
  const response: Record<string, string> = {}
  for (const [name, value] of query) {
    const plain = names.find((known) => name === known)
    const nested = names.find((known) => name.startsWith(`${known}[`) || name.startsWith(`${known}.`))
    if (!plain && !nested) continue
    if (!plain || plain in response || value.length > longestValue)
      throw new OneLoginError(
        'callback_invalid',
        `The parameter "${plain ?? nested}" of the callback is repeated, nested or too long.`,
      )
    response[plain] = value
  }
  return response
}

/**
 * Returns the authorization code of a callback. The caller has checked that `state` belongs to this session.
 *
 * @param issuer - the provider that got the request. A response that names another one is rejected
 * @throws OneLoginError for an `error` from One Login, with its code and description
 */
export function authorizationCode(
  { code, error, error_description, iss }: AuthorizationResponse,
  issuer: string,
): string {
  if (iss !== undefined && iss !== issuer)
    throw new OneLoginError(
      'callback_invalid',
      `The parameter "iss" of the callback is not "${issuer}", the provider that the browser was sent to.`,
    )
  if (error && !code) {
    const outcome = known.find((code) => code === error) ?? 'authorization_refused'
    const description = printable(error_description)
    throw new OneLoginError(outcome, happened(outcome, printable(error)), {
      providerError: { error: printable(error), ...(description !== undefined && { description }) },
    })
  }
  if (!code || error)
    throw new OneLoginError(
      'callback_invalid',
      'The callback must have either the parameter "code" or the parameter "error".',
    )
  return code
}

/**
 * Returns what happened, for a log. For a rejected request it includes One Login's error code. The description is in
 * `providerError`.
 */
function happened(outcome: keyof typeof descriptions, error: string): string {
  return outcome === 'authorization_refused' ? `${descriptions[outcome]}: ${error}.` : descriptions[outcome]
}
