import type { LogoutCallFault } from './faults/logout-token-faults.ts'

/** An HTTP call, as `fetch` takes it. */
export interface LogoutCall {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

// The connection is not kept, so that nothing stays open when the simulator is closed.
const headers = { 'User-Agent': 'one-login-simulator/1', Connection: 'close' }

const post = (type: string, body: string): LogoutCall => ({
  method: 'POST',
  headers: { ...headers, 'Content-Type': type },
  body,
})

const form = (body: string): LogoutCall => post('application/x-www-form-urlencoded', body)

const tenMegabytes = 10 * 1024 * 1024

/** The call that carries a logout token to a service. */
export function logoutCall(token: string, fault: LogoutCallFault | undefined): LogoutCall {
  switch (fault) {
    case 'missing-token':
      return form('token=none')
    case 'token-twice':
      return form(`logout_token=${token}&logout_token=${token}`)
    case 'json-body':
      return post('application/json', JSON.stringify({ logout_token: token }))
    case 'oversized-body':
      return form(`logout_token=${token}&padding=${'x'.repeat(tenMegabytes)}`)
    case 'get-request':
      return { method: 'GET', headers }
    case undefined:
      return form(`logout_token=${token}`)
  }
}
