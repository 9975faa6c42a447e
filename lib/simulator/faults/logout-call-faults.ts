import type { LogoutCall } from '../logout-call.ts'
import type { Faults } from './fault.ts'

/** Changes the call that carries a logout token. */
export type ChangeCall = (call: LogoutCall, token: string) => LogoutCall

const tenMegabytes = 10 * 1024 * 1024

/** Ways to break the call that carries a logout token. */
export const logoutCallFaults = {
  'missing-token': {
    changes: ['no field logout_token'],
    apply: (call) => ({ ...call, body: '' }),
  },
  'token-twice': {
    changes: ['field logout_token'],
    apply: (call, token) => ({ ...call, body: `logout_token=${token}&logout_token=${token}` }),
  },
  'json-body': {
    changes: ['header Content-Type', 'body'],
    apply: (call, token) => ({
      ...call,
      headers: { ...call.headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ logout_token: token }),
    }),
  },
  'oversized-body': {
    changes: ['field padding'],
    apply: (call, token) => ({ ...call, body: `logout_token=${token}&padding=${'x'.repeat(tenMegabytes)}` }),
  },
  'get-request': {
    changes: ['method', 'query', 'no header Content-Type', 'no body'],
    apply: ({ uri, headers: { 'Content-Type': _type, ...headers } }, token) => {
      const address = new URL(uri)
      address.searchParams.set('logout_token', token)
      return { uri: address.href, method: 'GET', headers }
    },
  },
} satisfies Faults<ChangeCall>

/** One way to break the call that carries a logout token. */
export type LogoutCallFault = keyof typeof logoutCallFaults

/** Whether a fault breaks the call, not the token. */
export const isLogoutCallFault = (name: string): name is LogoutCallFault =>
  Object.hasOwn(logoutCallFaults, name)
