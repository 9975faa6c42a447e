/** One Login's default descriptions. */
const descriptions = {
  access_denied: 'Access denied by resource owner or authorization server',
  invalid_client: 'Client authentication failed',
  invalid_grant: 'Invalid grant',
  invalid_request: 'Invalid request',
  invalid_scope: 'Invalid, unknown or malformed scope',
  login_required: 'Login required',
  request_uri_not_supported: 'Request URI parameter not supported',
  server_error: 'Unexpected server error',
  temporarily_unavailable: 'The authorization server is temporarily unavailable',
  unauthorized_client: 'Unauthorized client',
  unmet_authentication_requirements: 'Unmet authentication requirements',
  unsupported_grant_type: 'Unsupported grant type',
  unsupported_response_type: 'Unsupported response type',
} as const

/** An error code of One Login. */
export type ErrorCode = keyof typeof descriptions

/** An OAuth error. `/authorize` sends it to the service in the redirect, and `/token` in the response. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal'
  /** The error as it is sent. */
  readonly params: { readonly error: string; readonly error_description: string }
  /** What is wrong, if the description does not name it. */
  readonly problem: string | undefined

  constructor(code: ErrorCode, description: string = descriptions[code], problem?: string) {
    super(`${code}: ${description}`)
    this.params = { error: code, error_description: description }
    this.problem = problem
  }
}

/** An error that One Login shows on its own page, in plain text. The browser is not sent back. */
export class PageRefusal extends Error {
  override readonly name = 'PageRefusal'
  readonly status: number
  /** What is wrong. The page does not show it. */
  readonly problem: string

  constructor(text: PageText, problem: string) {
    super(text)
    this.status = text === 'Unexpected server error' ? 500 : 400
    this.problem = problem
  }
}

/** A failure of One Login. Its gateway responds instead. */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure'
}

type PageText =
  | 'Request is missing parameters'
  | 'Invalid request'
  | 'Trust chain validation failed'
  | 'Unexpected server error'
