/** An HTTP call, in the form that `fetch` takes. */
export interface LogoutCall {
  readonly uri: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

// The connection closes after the response, so that nothing stays open when the simulator closes.
const headers = { 'User-Agent': 'one-login-simulator/1', Connection: 'close' }

/** Returns the call that sends a logout token to a service. */
export function logoutCall(uri: string, token: string): LogoutCall {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return { uri, method: 'POST', headers: { ...headers, ...type }, body: `logout_token=${token}` }
}
