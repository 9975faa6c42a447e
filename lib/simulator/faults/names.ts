import { authorizeErrors, redirectFaults } from './authorize.ts'
import { coreIdentityFaults } from './core-identity.ts'
import { didFaults, discoveryFaults, jwksFaults } from './documents.ts'
import { idTokenFaults } from './id-token.ts'
import { logoutCallFaults, logoutTokenFaults } from './logout-token.ts'
import { networkFaults } from './network.ts'
import { tokenAnswerFaults } from './token.ts'
import { userinfoFaults } from './userinfo.ts'

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
  discovery: [...networkFaults, ...names(discoveryFaults)],
  jwks: [...networkFaults, ...names(jwksFaults)],
  did: [...networkFaults, ...names(didFaults)],
  trustmark: [...networkFaults],
  authorize: [...networkFaults, ...names(authorizeErrors), ...names(redirectFaults)],
  token: [...networkFaults, ...names(tokenAnswerFaults)],
  userinfo: [...networkFaults, ...names(userinfoFaults)],
  logout: [...networkFaults],
  'id-token': names(idTokenFaults),
  'core-identity': names(coreIdentityFaults),
  'logout-token': [...names(logoutTokenFaults), ...logoutCallFaults],
}

/** The faults of each place. */
export type SimulatorFaults = {
  readonly [Place in keyof typeof simulatorFaults]: (typeof simulatorFaults)[Place][number]
}

/** A place that can be broken. */
export type FaultPlace = keyof SimulatorFaults
