import type { SimulatorError } from '../outcome.ts'

/** Errors that come back from `/authorize` instead of a code. */
export const authorizeErrors = {
  'access-denied': {
    error: 'access_denied',
    error_description: 'Access denied by resource owner or authorization server',
  },
  'access-denied-without-description': { error: 'access_denied' },
  'session-lost': {
    error: 'access_denied',
    error_description: 'Access denied for security reasons, a new authentication request may be successful',
  },
  'login-required': { error: 'login_required', error_description: 'Login required' },
  'login-required-without-description': { error: 'login_required' },
  'server-error': { error: 'server_error', error_description: 'Unexpected server error' },
  'server-error-without-description': { error: 'server_error' },
  'temporarily-unavailable': {
    error: 'temporarily_unavailable',
    error_description: 'The authorization server is temporarily unavailable',
  },
  'temporarily-unavailable-without-description': { error: 'temporarily_unavailable' },
  'empty-description': { error: 'temporarily_unavailable', error_description: '' },
  'client-deactivated': { error: 'unauthorized_client', error_description: 'client deactivated' },
  'unauthorized-client': { error: 'unauthorized_client', error_description: 'Unauthorized client' },
  'invalid-request': { error: 'invalid_request', error_description: 'Invalid request' },
  'invalid-scope': { error: 'invalid_scope', error_description: 'Invalid, unknown or malformed scope' },
  'unknown-error': { error: 'something_else', error_description: '<b>Nobody</b> knows' },
} satisfies Record<string, SimulatorError>

/** One way to break the parameters of the redirect to the service. */
export type RedirectFault = (params: URLSearchParams) => void

const other = 'another-value'

/** Ways to break the parameters with which the browser comes back to the service. */
export const redirectFaults = {
  'wrong-state': (params) => params.set('state', other),
  'missing-state': (params) => params.delete('state'),
  'empty-state': (params) => params.set('state', ''),
  'repeated-state': (params) => params.append('state', params.get('state') ?? other),
  'state-as-list': (params) => rename(params, 'state', 'state[]'),
  'state-as-object': (params) => rename(params, 'state', 'state[value]'),
  'wrong-code': (params) => params.set('code', other),
  'missing-code': (params) => params.delete('code'),
  'empty-code': (params) => params.set('code', ''),
  'repeated-code': (params) => params.append('code', params.get('code') ?? other),
  'code-as-object': (params) => rename(params, 'code', 'code[value]'),
  'code-and-error': (params) => params.set('error', 'access_denied'),
  'error-with-wrong-state': (params) => {
    params.delete('code')
    params.set('error', 'access_denied')
    params.set('state', other)
  },
  'repeated-error': (params) => {
    params.delete('code')
    params.append('error', 'access_denied')
    params.append('error', 'login_required')
  },
  'wrong-iss': (params) => params.set('iss', 'https://issuer.example/'),
} satisfies Record<string, RedirectFault>

function rename(params: URLSearchParams, from: string, to: string): void {
  params.set(to, params.get(from) ?? other)
  params.delete(from)
}
