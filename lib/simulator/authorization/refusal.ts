/** The descriptions that One Login gives when it has none of its own. */
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

/** An error code of One Login's. */
export type ErrorCode = keyof typeof descriptions

/** An OAuth error: at `/authorize` it goes back to the service in the redirect, at `/token` in the response. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal'
  /** The error as it is sent. */
  readonly params: { readonly error: string; readonly error_description: string }
  /** What is wrong, where the description does not say it. */
  readonly problem: string | undefined

  constructor(code: ErrorCode, description: string = descriptions[code], problem?: string) {
    super(`${code}: ${description}`)
    this.params = { error: code, error_description: description }
    this.problem = problem
  }
}

/** A request so wrong that the browser is not sent back: a page of the provider's, in plain text. */
export class PageRefusal extends Error {
  override readonly name = 'PageRefusal'
  readonly status: number
  /** What is wrong, which the page does not say. */
  readonly problem: string

  constructor(text: PageText, problem: string) {
    super(text)
    this.status = text === 'Unexpected server error' ? 500 : 400
    this.problem = problem
  }
}

/** The provider fails: its gateway responds in its place. */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure'
}

type PageText =
  | 'Request is missing parameters'
  | 'Invalid request'
  | 'Trust chain validation failed'
  | 'Unexpected server error'
