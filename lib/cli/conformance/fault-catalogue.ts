import { simulatorFaults, type FaultPlace, type SimulatorFaults } from '../../simulator/index.ts'
import type { RequirementId } from './catalogue/catalogue.ts'

/**
 * What it means if a service accepts a fault. `decisive`: it breaks a requirement. `refusal`: the same, but One Login
 * gave it nothing to sign a user in with, so a service can hardly accept it. `advice`: it could do more. `harmless`:
 * nothing. Each fault also shows whether the service stops.
 */
export type Power = 'decisive' | 'refusal' | 'advice' | 'harmless'

/** A fault, and the requirement that a service breaks if it accepts it. */
export interface CataloguedFault<Place extends FaultPlace = FaultPlace> {
  readonly place: Place
  readonly fault: SimulatorFaults[Place]
  readonly requirement: RequirementId
  readonly power: Power
}

type Requirements<Place extends FaultPlace> = Readonly<
  Partial<Record<RequirementId, readonly SimulatorFaults[Place][]>>
>

function faultsOf<Place extends FaultPlace>(
  place: Place,
  power: Power,
  requirements: Requirements<Place>,
): CataloguedFault[] {
  return Object.entries(requirements).flatMap(([requirement, faults]) =>
    faults.map((fault) => ({
      place,
      fault,
      requirement: requirement as RequirementId,
      power,
    })),
  )
}

const broken = ['invalid-signature', 'signature-of-another-token', 'empty-signature'] as const

const idTokenFaults = faultsOf('id-token', 'decisive', {
  'id-token-signature': broken,
  'id-token-key': ['unknown-kid', 'kid-of-another-key', 'wrong-alg-for-key'],
  'id-token-algorithm': ['no-signature', 'hs256', 'ps256'],
  'id-token-issuer': ['wrong-issuer', 'missing-issuer'],
  'id-token-audience': ['wrong-audience', 'wrong-audience-list', 'missing-audience'],
  'id-token-subject': ['missing-sub', 'empty-sub'],
  'id-token-expiry': ['expired', 'no-exp'],
  'id-token-issued-at': ['issued-in-the-future', 'missing-iat'],
  'id-token-nonce': ['wrong-nonce', 'missing-nonce'],
  'id-token-level': ['incorrect-vot', 'missing-vot', 'unknown-vot', 'level-of-confidence-as-vot'],
  'userinfo-subject': ['wrong-sub'],
})

const idTokenAdvice = faultsOf('id-token', 'advice', {
  'id-token-key': ['no-kid'],
  'id-token-level': ['vot-with-level-of-confidence'],
  'id-token-access-token': ['wrong-at-hash'],
})

/** The faults of `auth_time`, which affect only services that send `max_age`. */
export const authTimeFaults = faultsOf('id-token', 'decisive', {
  'id-token-auth-time': ['auth-time-too-old', 'auth-time-in-the-future', 'missing-auth-time'],
})

const responseFaults = [
  ...faultsOf('token', 'decisive', { 'id-token-required': ['no-id-token', 'id-token-not-a-string'] }),
  ...faultsOf('userinfo', 'decisive', { 'userinfo-subject': ['wrong-sub', 'missing-sub'] }),
  ...faultsOf('authorize', 'decisive', {
    'callback-state': ['wrong-state', 'missing-state', 'empty-state', 'state-as-list', 'state-as-object'],
  }),
  ...faultsOf('authorize', 'advice', { 'callback-error': ['code-and-error'] }),
]

const coreIdentityFaults = faultsOf('core-identity', 'decisive', {
  'core-identity-signature': [...broken, 'not-a-jwt'],
  'core-identity-key': [
    'unknown-kid',
    'kid-of-another-controller',
    'kid-without-hash',
    'kid-is-the-controller',
    'signed-with-id-token-key',
  ],
  'core-identity-algorithm': ['no-signature', 'hs256', 'rs256'],
  'core-identity-issuer': ['wrong-issuer', 'missing-issuer', 'issuer-of-id-token'],
  'core-identity-audience': ['wrong-audience', 'wrong-audience-list', 'missing-audience'],
  'core-identity-subject': ['wrong-sub', 'missing-sub', 'empty-sub'],
  'core-identity-expiry': ['expired', 'no-exp'],
  'core-identity-not-before': ['not-yet-valid'],
  'core-identity-level': ['weaker-vot', 'missing-vot', 'unknown-vot'],
})

const identityAdvice = faultsOf('core-identity', 'advice', {
  'core-identity-key': ['no-kid'],
  'core-identity-not-before': ['issued-in-the-future', 'missing-iat'],
})

const claimFaults = faultsOf('userinfo', 'decisive', {
  'core-identity-required': ['missing-core-identity', 'null-core-identity', 'core-identity-not-a-string'],
})

/** The faults to try when a user signs in, and again when an identity is requested. */
export const signInFaults = [...idTokenFaults, ...idTokenAdvice, ...responseFaults]

/** The faults to try only when an identity is requested. */
export const identityFaults = [...coreIdentityFaults, ...identityAdvice, ...claimFaults]

/** The faults of logout tokens. */
export const logoutFaults = faultsOf('logout-token', 'decisive', {
  'logout-token-signature': broken,
  'logout-token-key': ['unknown-kid', 'kid-of-another-key', 'wrong-alg-for-key'],
  'logout-token-algorithm': ['no-signature', 'hs256'],
  'logout-token-issuer': ['wrong-issuer', 'missing-issuer'],
  'logout-token-audience': ['wrong-audience', 'wrong-audience-list', 'missing-audience'],
  'logout-token-expiry': ['expired', 'no-exp'],
  'logout-token-issued-at': ['issued-in-the-future', 'missing-iat'],
  'logout-token-event': ['missing-events', 'malformed-events', 'empty-events', 'wrong-event'],
  'logout-token-nonce': ['with-nonce'],
  'logout-token-id': ['missing-jti'],
})

/** The faults of the call that sends a logout token. */
export const logoutCallFaults = faultsOf('logout-token', 'harmless', {
  'logout-call': [
    'not-a-jwt',
    'malformed-claims',
    'missing-sub',
    'malformed-sub',
    'missing-token',
    'token-twice',
    'json-body',
    'oversized-body',
    'get-request',
  ],
})

/** The faults of an error response, and of parameters that are missing, repeated or nested. */
export const callbackFaults = [
  ...faultsOf('authorize', 'harmless', {
    'callback-parameters': ['repeated-state', 'repeated-code', 'code-as-object'],
  }),
  ...faultsOf('authorize', 'refusal', {
    'callback-parameters': ['missing-code', 'empty-code', 'wrong-code', 'repeated-error'],
    'callback-error': [
      'access-denied',
      'access-denied-without-description',
      'login-required',
      'server-error',
      'temporarily-unavailable',
      'empty-description',
      'client-deactivated',
      'unknown-error',
      'error-with-wrong-state',
    ],
  }),
]

const networkFaults = [
  'refuse',
  'reset',
  'truncated',
  'html',
  '429',
  '500',
  '503',
  '504',
  'redirect',
] as const

/** Faults that make calls to One Login fail. */
export const callFaults = [
  ...faultsOf('token', 'refusal', {
    'token-failures': [
      ...networkFaults,
      'invalid-client-401',
      'invalid-grant',
      'unknown-error',
      'storage-failure',
      'malformed-json',
      'empty-body',
    ],
  }),
  ...faultsOf('token', 'harmless', {
    'token-failures': ['not-an-object', 'no-access-token'],
  }),
  ...faultsOf('userinfo', 'harmless', {
    'token-failures': [...networkFaults, 'invalid-token', 'forbidden', 'malformed-json', 'empty-body'],
  }),
]

const decided = new Set(
  [...signInFaults, ...identityFaults, ...authTimeFaults, ...callFaults].map(
    ({ place, fault }) => `${place} ${fault}`,
  ),
)

/** All other faults of tokens and claims. A service may accept them or not, but it must not stop. */
export const malformedFaults = (['id-token', 'core-identity', 'userinfo'] as const).flatMap((place) => {
  const names = simulatorFaults[place].filter(
    (fault) => !decided.has(`${place} ${fault}`) && !['hang', 'slow', '502'].includes(fault),
  )
  return faultsOf(place, 'harmless', { 'malformed-data': names })
})

/** All decisive faults. */
export const decisiveFaults = [...signInFaults, ...identityFaults, ...logoutFaults].filter(
  ({ power }) => power === 'decisive',
)
