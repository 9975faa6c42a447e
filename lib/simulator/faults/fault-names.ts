import { authorizeErrors, redirectFaults } from './authorize-faults.ts'
import { coreIdentityFaults } from './core-identity-faults.ts'
import { didFaults, discoveryFaults, jwksFaults } from './document-faults.ts'
import { idTokenFaults } from './id-token-faults.ts'
import { logoutCallFaults, logoutTokenFaults } from './logout-token-faults.ts'
import { networkFaults } from './network-faults.ts'
import { tokenAnswerFaults } from './token-response-faults.ts'
import { userinfoFaults } from './userinfo-faults.ts'

const names = <Table extends object>(table: Table) => Object.keys(table) as (keyof Table & string)[]

/**
 * Everything that can be broken, and how: the places, each with the names of its faults. Each endpoint also has
 * the faults of the network.
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
  discovery: [...networkFaults, ...names(discoveryFaults)],
  /** One Login's public keys. */
  jwks: [...networkFaults, ...names(jwksFaults)],
  /** The DID document, with the keys for identities. */
  did: [...networkFaults, ...names(didFaults)],
  /** The trustmark endpoint. */
  trustmark: [...networkFaults],
  /** What the browser brings back. */
  authorize: [...networkFaults, ...names(authorizeErrors), ...names(redirectFaults)],
  /** The token endpoint. */
  token: [...networkFaults, ...names(tokenAnswerFaults)],
  /** The userinfo endpoint. */
  userinfo: [...networkFaults, ...names(userinfoFaults)],
  /** The end-session endpoint. */
  logout: [...networkFaults],
  /** The ID token. */
  'id-token': names(idTokenFaults),
  /** The core identity JWT in userinfo. */
  'core-identity': names(coreIdentityFaults),
  /** Back-channel logouts. */
  'logout-token': [...names(logoutTokenFaults), ...logoutCallFaults],
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
