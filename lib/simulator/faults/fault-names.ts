import { authorizeErrorFaults, redirectFaults } from './authorize-faults.ts'
import { coreIdentityFaults } from './core-identity-faults.ts'
import { didFaults, discoveryFaults, jwksFaults } from './document-faults.ts'
import { idTokenFaults } from './id-token-faults.ts'
import { logoutCallFaults } from './logout-call-faults.ts'
import { logoutTokenFaults } from './logout-token-faults.ts'
import { networkFaults } from './network-faults.ts'
import { tokenResponseFaults } from './token-response-faults.ts'
import { userinfoFaults } from './userinfo-faults.ts'

/** Each place with its faults. */
export const faultsByPlace = {
  discovery: { ...networkFaults, ...discoveryFaults },
  jwks: { ...networkFaults, ...jwksFaults },
  did: { ...networkFaults, ...didFaults },
  trustmark: networkFaults,
  authorize: { ...networkFaults, ...authorizeErrorFaults, ...redirectFaults },
  token: { ...networkFaults, ...tokenResponseFaults },
  userinfo: { ...networkFaults, ...userinfoFaults },
  logout: networkFaults,
  'id-token': idTokenFaults,
  'core-identity': coreIdentityFaults,
  'logout-token': { ...logoutTokenFaults, ...logoutCallFaults },
}

const names = <Table extends object>(table: Table) => Object.keys(table) as (keyof Table & string)[]

/**
 * Each place that can be broken, with the names of its faults. Each endpoint also has the network faults.
 *
 * @example
 * ```ts
 * for (const fault of simulatorFaults['id-token']) {
 *   it(`refuses an ID token with ${fault}`, async () => {
 *     op.breakNext('id-token', fault)
 *     // …
 *   })
 * }
 * ```
 */
export const simulatorFaults = {
  /** The discovery document. */
  discovery: names(faultsByPlace.discovery),
  /** One Login's public keys. */
  jwks: names(faultsByPlace.jwks),
  /** The DID document, with the identity keys. */
  did: names(faultsByPlace.did),
  /** The trustmark endpoint. */
  trustmark: names(faultsByPlace.trustmark),
  /** The parameters that the browser brings back. */
  authorize: names(faultsByPlace.authorize),
  /** The token endpoint. */
  token: names(faultsByPlace.token),
  /** The userinfo endpoint. */
  userinfo: names(faultsByPlace.userinfo),
  /** The end-session endpoint. */
  logout: names(faultsByPlace.logout),
  /** The ID token. */
  'id-token': names(faultsByPlace['id-token']),
  /** The core identity JWT in userinfo. */
  'core-identity': names(faultsByPlace['core-identity']),
  /** Back-channel logouts. */
  'logout-token': names(faultsByPlace['logout-token']),
}

/**
 * The faults of each place.
 *
 * @useDeclaredType
 */
export type SimulatorFaults = {
  readonly [Place in keyof typeof simulatorFaults]: (typeof simulatorFaults)[Place][number]
}

/**
 * A place that can be broken.
 *
 * @useDeclaredType
 */
export type FaultPlace = keyof SimulatorFaults
