import type { SimulatorError } from '../outcome.ts'
import type { Fault, Faults } from './fault.ts'

/** Errors that `/authorize` returns instead of a code. */
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

const { 'client-deactivated': _, ...others } = authorizeErrors

/** The errors that can follow a page of One Login. A client that is not active gets no page. */
export const errorsAfterPage = others

const errorFault = (error: SimulatorError): Fault<SimulatorError> => ({
  changes: ['no parameter code', ...Object.keys(error).map((name) => `parameter ${name}`)],
  apply: error,
})

/** The same errors as faults. */
export const authorizeErrorFaults = Object.fromEntries(
  Object.entries(authorizeErrors).map(([name, error]) => [name, errorFault(error)]),
) as Readonly<Record<keyof typeof authorizeErrors, Fault<SimulatorError>>>

/** Changes the parameters that the browser brings back to the service. */
export type ChangeRedirect = (params: URLSearchParams) => void

type RedirectFault = Fault<ChangeRedirect>

const anotherValue = 'another-value'

const wrongParameter = (name: string, value: string): RedirectFault => ({
  changes: [`parameter ${name}`],
  apply: (params) => params.set(name, value),
})

const missingParameter = (name: string): RedirectFault => ({
  changes: [`no parameter ${name}`],
  apply: (params) => params.delete(name),
})

const repeatedParameter = (name: string): RedirectFault => ({
  changes: [`parameter ${name}`],
  apply: (params) => params.append(name, params.get(name) ?? anotherValue),
})

const renamedParameter = (from: string, to: string): RedirectFault => ({
  changes: [`no parameter ${from}`, `parameter ${to}`],
  apply: (params) => {
    params.set(to, params.get(from) ?? anotherValue)
    params.delete(from)
  },
})

/** Ways to break the parameters that the browser brings back to the service. */
export const redirectFaults = {
  'wrong-state': wrongParameter('state', anotherValue),
  'missing-state': missingParameter('state'),
  'empty-state': wrongParameter('state', ''),
  'repeated-state': repeatedParameter('state'),
  'state-as-list': renamedParameter('state', 'state[]'),
  'state-as-object': renamedParameter('state', 'state[value]'),
  'wrong-code': wrongParameter('code', anotherValue),
  'missing-code': missingParameter('code'),
  'empty-code': wrongParameter('code', ''),
  'repeated-code': repeatedParameter('code'),
  'code-as-object': renamedParameter('code', 'code[value]'),
  'code-and-error': wrongParameter('error', 'access_denied'),
  'error-with-wrong-state': {
    changes: ['no parameter code', 'parameter error', 'parameter state'],
    apply: (params) => {
      params.delete('code')
      params.set('error', 'access_denied')
      params.set('state', anotherValue)
    },
  },
  'repeated-error': {
    changes: ['no parameter code', 'parameter error'],
    apply: (params) => {
      params.delete('code')
      params.append('error', 'access_denied')
      params.append('error', 'login_required')
    },
  },
  'wrong-iss': wrongParameter('iss', 'https://issuer.example/'),
} satisfies Faults<ChangeRedirect>
