import { OneLoginError, printable, type OneLoginErrorCode } from '../errors.ts'

/** The parameters of a callback, each there once or not at all. */
export interface AuthorizationResponse {
  readonly state?: string
  readonly code?: string
  readonly error?: string
  readonly error_description?: string
  readonly iss?: string
}

const names = ['state', 'code', 'error', 'error_description', 'iss'] as const
const longestValue = 2048

/** Errors that have a code of their own here; each other one is a request that One Login could not take. */
const known = [
  'access_denied',
  'login_required',
  'temporarily_unavailable',
  'server_error',
  'unauthorized_client',
] as const satisfies OneLoginErrorCode[]

const whatHappened: Record<(typeof known)[number] | 'authorization_refused', string> = {
  access_denied:
    'One Login denied access: its session was lost, or the identity was not proven. A new try may succeed.',
  login_required: 'The user could not prove that it is them. Their session in this service has been ended.',
  temporarily_unavailable:
    'One Login cannot take the user at the moment. Ask them to try again in a few minutes.',
  server_error: 'One Login failed. Ask the user to try again in a few minutes.',
  unauthorized_client:
    'One Login does not serve this service at the moment: it is deactivated or not registered for this.',
  authorization_refused:
    'One Login refused the sign-in request. Compare it with how this service is registered.',
}

/**
 * Reads the parameters of a callback.
 *
 * @param query - the query string of the request, as it came
 * @throws OneLoginError `callback_invalid` when one is repeated, nested or longer than any that One Login sends
 */
export function readAuthorizationResponse(query: URLSearchParams): AuthorizationResponse {
  const response: Record<string, string> = {}
  for (const [name, value] of query) {
    const plain = names.find((one) => name === one)
    if (!plain && !names.some((one) => name.startsWith(`${one}[`) || name.startsWith(`${one}.`))) continue
    if (!plain || plain in response || value.length > longestValue)
      throw new OneLoginError(
        'callback_invalid',
        'The callback has a parameter that is repeated, nested or too long.',
      )
    response[plain] = value
  }
  return response
}

/**
 * Takes the authorization code out of a callback whose `state` has been found to be this session's.
 *
 * @param issuer - the provider that was asked; a response that names another one is not its answer
 * @throws OneLoginError for an `error` that One Login sent back, with its code and description
 */
export function authorizationCode(
  { code, error, error_description, iss }: AuthorizationResponse,
  issuer: string,
): string {
  if (iss !== undefined && iss !== issuer)
    throw new OneLoginError(
      'callback_invalid',
      'The callback comes from another provider than the one that was asked.',
    )
  if (error && !code) {
    const outcome = known.find((one) => one === error) ?? 'authorization_refused'
    const description = printable(error_description)
    throw new OneLoginError(outcome, whatHappened[outcome], {
      providerError: { error: printable(error), ...(description !== undefined && { description }) },
    })
  }
  if (!code || error)
    throw new OneLoginError('callback_invalid', 'The callback must have either a code or an error.')
  return code
}
