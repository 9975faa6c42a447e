/** An HTTP call, as `fetch` takes it. */
export interface LogoutCall {
  readonly uri: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

// The connection is not kept, so that nothing stays open when the simulator is closed.
const headers = { 'User-Agent': 'one-login-simulator/1', Connection: 'close' }

/** The call that carries a logout token to a service. */
export function logoutCall(uri: string, token: string): LogoutCall {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return { uri, method: 'POST', headers: { ...headers, ...type }, body: `logout_token=${token}` }
}
