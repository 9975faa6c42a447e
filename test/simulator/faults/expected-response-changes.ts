import type { SimulatorFaults } from 'passport-govuk-one-login/simulator'
import type { Difference } from './difference.ts'
import type { ObservedResponse } from './observed-response.ts'

/** The network faults, which other tests cover. */
type NetworkFault = SimulatorFaults['trustmark']
type Changes<Place extends keyof SimulatorFaults> = Readonly<
  Record<Exclude<SimulatorFaults[Place], NetworkFault>, Difference>
>
type Members = Readonly<Record<string, unknown>>

/** A missing value. The value it had does not matter. */
const gone = 'the good value'
const vocabulary = 'https://vocab.account.gov.uk/v1/'

const jsonChanges = ({ text }: ObservedResponse) => ({
  'malformed-json': { body: text.slice(0, -1) },
  'not-an-object': { body: `[${text}]` },
  'empty-body': { body: '' },
  'wrong-content-type': { 'header content-type': 'text/plain' },
})

const documentChanges = (good: ObservedResponse) => ({
  ...jsonChanges(good),
  'no-cache-control': { 'no header cache-control': gone },
  'no-store': { 'header cache-control': 'no-store' },
  'short-lived': { 'header cache-control': 'max-age=1' },
})

const documentOf = ({ text }: ObservedResponse) => JSON.parse(text) as Members

/** The changes that each fault of the discovery document makes. */
export function discoveryChanges(good: ObservedResponse): Changes<'discovery'> {
  return {
    ...documentChanges(good),
    'wrong-issuer': { 'member issuer': 'https://issuer.example/' },
    'issuer-without-slash': { 'member issuer': String(documentOf(good).issuer).slice(0, -1) },
    'missing-issuer': { 'no member issuer': gone },
    'no-authorization-endpoint': { 'no member authorization_endpoint': gone },
    'no-token-endpoint': { 'no member token_endpoint': gone },
    'no-userinfo-endpoint': { 'no member userinfo_endpoint': gone },
    'no-end-session-endpoint': { 'no member end_session_endpoint': gone },
    'no-jwks-uri': { 'no member jwks_uri': gone },
    'foreign-http-endpoints': {
      'member token_endpoint': 'http://issuer.example/token',
      'member jwks_uri': 'http://issuer.example/jwks',
    },
  }
}

/** The changes that each fault of the JWKS makes. The first of its keys signs nothing. */
export function jwksChanges(good: ObservedResponse): Changes<'jwks'> {
  const [first, ec, rsa] = documentOf(good).keys as readonly Members[]
  const keys = [first, ec, rsa]
  return {
    ...documentChanges(good),
    'no-keys': { 'no member keys': gone },
    'empty-keys': { 'member keys': [] },
    'keys-not-a-list': { 'member keys': {} },
    'malformed-keys': {
      'member keys': [
        { ...first, x: '', y: '' },
        { ...ec, x: '', y: '' },
        { ...rsa, n: '' },
      ],
    },
    'keys-without-kid': { 'member keys': keys.map((key) => withoutKid(key)) },
    'without-signing-keys': { 'member keys': [first] },
  }
}

function withoutKid(key: Members = {}): Members {
  const { kid: _kid, ...rest } = key
  return rest
}

/** The changes that each fault of the DID document makes. */
export function didChanges(good: ObservedResponse): Changes<'did'> {
  const { id, assertionMethod } = documentOf(good)
  const [method] = assertionMethod as readonly Members[]
  return {
    ...documentChanges(good),
    'wrong-controller': { 'member id': 'did:web:identity.example' },
    'missing-controller': { 'no member id': gone },
    'method-of-another-controller': {
      'member assertionMethod': [{ ...method, controller: 'did:web:identity.example' }],
    },
    'no-assertion-method': { 'no member assertionMethod': gone },
    'empty-assertion-method': { 'member assertionMethod': [] },
    'malformed-keys': { 'member assertionMethod': [{ ...method, publicKeyJwk: 'none' }] },
    'without-signing-keys': { 'member assertionMethod': [{ ...method, id: `${String(id)}#another-key-0` }] },
  }
}

const refusal = (status: number, error: string, description?: string): Difference => ({
  [`response ${status}`]: {
    headers: { 'content-type': 'application/json' },
    text: JSON.stringify({ error, error_description: description }),
  },
})

/** The changes that each fault of the token response makes. */
export function tokenChanges(good: ObservedResponse): Changes<'token'> {
  return {
    ...jsonChanges(good),
    'invalid-request': refusal(400, 'invalid_request', 'Invalid request'),
    'invalid-client': refusal(400, 'invalid_client', 'Invalid signature in private_key_jwt'),
    'invalid-client-401': refusal(401, 'invalid_client', 'Client authentication failed'),
    'invalid-grant': refusal(400, 'invalid_grant', 'Invalid grant'),
    'unauthorized-client': refusal(400, 'unauthorized_client', 'Unauthorized client'),
    'unsupported-grant-type': refusal(400, 'unsupported_grant_type', 'Unsupported grant type'),
    'server-error': refusal(
      400,
      'server_error',
      'Failed to fetch or parse JWKS to verify signature of private_key_jwt',
    ),
    'error-without-description': refusal(400, 'invalid_grant'),
    'unknown-error': refusal(400, 'something_else', 'An unknown error'),
    'storage-failure': {
      'response 500': { headers: { 'content-type': 'text/plain' }, text: 'Internal server error' },
    },
    'no-id-token': { 'no member id_token': gone },
    'no-access-token': { 'no member access_token': gone },
    'no-token-type': { 'no member token_type': gone },
    'wrong-token-type': { 'member token_type': 'DPoP' },
    'id-token-not-a-string': { 'member id_token': { jwt: 'x' } },
  }
}

const challenge = (status: number, headers: object): Difference => ({
  [`response ${status}`]: { headers, text: '' },
})

/** The changes that each fault of the userinfo response makes. */
export function userinfoChanges(good: ObservedResponse): Changes<'userinfo'> {
  const claim = (name: string, value: unknown) => ({ [`member ${vocabulary}${name}`]: value })
  return {
    ...jsonChanges(good),
    'invalid-token': challenge(401, {
      'www-authenticate': 'Bearer error="invalid_token", error_description="The Access Token expired"',
    }),
    'missing-token': challenge(401, { 'www-authenticate': 'Bearer' }),
    forbidden: challenge(403, {}),
    'jwt-content-type': { 'header content-type': 'application/jwt' },
    'wrong-sub': { 'member sub': 'urn:fdc:gov.uk:2022:somebody-different' },
    'missing-sub': { 'no member sub': gone },
    'malformed-email': { 'member email': 1 },
    'malformed-email-verified': { 'member email_verified': 'true' },
    'malformed-phone-number': { 'member phone_number': ['+447700900000'] },
    'missing-core-identity': { [`no member ${vocabulary}coreIdentityJWT`]: gone },
    'null-core-identity': claim('coreIdentityJWT', null),
    'core-identity-not-a-string': claim('coreIdentityJWT', { vot: 'P2' }),
    'missing-return-code': { [`no member ${vocabulary}returnCode`]: gone },
    'missing-address': { [`no member ${vocabulary}address`]: gone },
    'address-not-a-list': claim('address', { postalCode: 'BA2 5AA' }),
    'passport-not-a-list': claim('passport', { documentNumber: '321654987' }),
    'driving-permit-not-a-list': claim('drivingPermit', 'DECER607085K99AE'),
    'return-code-not-a-list': claim('returnCode', { code: 'A' }),
    'malformed-address': claim('address', ['8 HADLEY ROAD']),
    'malformed-uprn': claim('address', [{ uprn: { value: 1 } }]),
    'malformed-passport': claim('passport', [{ documentNumber: 321654987 }]),
    'malformed-driving-permit': claim('drivingPermit', [{ personalNumber: null }]),
    'malformed-return-code': claim('returnCode', [{ letter: 'A' }]),
  }
}

const authorizeError = (error: string, description?: string): Difference => ({
  'no parameter code': gone,
  'parameter error': [error],
  ...(description !== undefined && { 'parameter error_description': [description] }),
})

/** The changes that each fault of the redirect to the service makes. */
export const authorizeChanges: Changes<'authorize'> = {
  'access-denied': authorizeError('access_denied', 'Access denied by resource owner or authorization server'),
  'access-denied-without-description': authorizeError('access_denied'),
  'session-lost': authorizeError(
    'access_denied',
    'Access denied for security reasons, a new authentication request may be successful',
  ),
  'login-required': authorizeError('login_required', 'Login required'),
  'login-required-without-description': authorizeError('login_required'),
  'server-error': authorizeError('server_error', 'Unexpected server error'),
  'server-error-without-description': authorizeError('server_error'),
  'temporarily-unavailable': authorizeError(
    'temporarily_unavailable',
    'The authorization server is temporarily unavailable',
  ),
  'temporarily-unavailable-without-description': authorizeError('temporarily_unavailable'),
  'empty-description': authorizeError('temporarily_unavailable', ''),
  'client-deactivated': authorizeError('unauthorized_client', 'client deactivated'),
  'unauthorized-client': authorizeError('unauthorized_client', 'Unauthorized client'),
  'invalid-request': authorizeError('invalid_request', 'Invalid request'),
  'invalid-scope': authorizeError('invalid_scope', 'Invalid, unknown or malformed scope'),
  'unknown-error': authorizeError('something_else', '<b>Nobody</b> knows'),
  'wrong-state': { 'parameter state': ['another-value'] },
  'missing-state': { 'no parameter state': gone },
  'empty-state': { 'parameter state': [''] },
  'repeated-state': { 'parameter state': ['a-state', 'a-state'] },
  'state-as-list': { 'no parameter state': gone, 'parameter state[]': ['a-state'] },
  'state-as-object': { 'no parameter state': gone, 'parameter state[value]': ['a-state'] },
  'wrong-code': { 'parameter code': ['another-value'] },
  'missing-code': { 'no parameter code': gone },
  'empty-code': { 'parameter code': [''] },
  'repeated-code': { 'parameter code': ['CODE', 'CODE'] },
  'code-as-object': { 'no parameter code': gone, 'parameter code[value]': ['CODE'] },
  'code-and-error': { 'parameter error': ['access_denied'] },
  'error-with-wrong-state': {
    'no parameter code': gone,
    'parameter error': ['access_denied'],
    'parameter state': ['another-value'],
  },
  'repeated-error': { 'no parameter code': gone, 'parameter error': ['access_denied', 'login_required'] },
  'wrong-iss': { 'parameter iss': ['https://issuer.example/'] },
}
