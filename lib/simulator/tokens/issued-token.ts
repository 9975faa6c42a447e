import type { VirtualClock } from '../simulated-clock.ts'
import type { FaultPlace } from '../faults/fault-names.ts'
import type { FaultPlan } from '../faults/fault-plan.ts'
import { encodeBroken, type TokenFault } from '../faults/signed-token-faults.ts'
import type { JsonObject } from '../keys/jwt.ts'
import type { ProviderKeys } from '../keys/provider-keys.ts'
import type { SigningKey } from '../keys/signing-key.ts'

/** What signing needs of the simulator. */
export interface Issuer {
  readonly issuer: string
  readonly keys: ProviderKeys
  readonly clock: VirtualClock
  readonly faults: FaultPlan
}

/** A token to be signed. */
export interface UnsignedToken {
  readonly key: SigningKey
  readonly claims: JsonObject
  /** The `typ` of the header, for those that have one. */
  readonly type?: string
}

/** The faults that a kind of token can have, by their names. */
export type TokenFaultTable = Readonly<Record<string, TokenFault>>

/** The faults of a table that are due at a place. */
export function dueTokenFaults(faults: FaultPlan, place: FaultPlace, table: TokenFaultTable): TokenFault[] {
  const due = faults.take(place, (name): name is string => Object.hasOwn(table, name))
  return due.flatMap(({ name }) => table[name] ?? [])
}

/** Signs a token, broken in these ways. */
export function signToken(
  { keys, clock }: Issuer,
  { key, claims, type }: UnsignedToken,
  faults: readonly TokenFault[],
): Promise<string> {
  const header = { kid: key.kid, ...(type !== undefined && { typ: type }), alg: key.alg }
  const context = { keys, key, now: clock.seconds() }
  return encodeBroken({ header, claims, signature: key.signature }, faults, context)
}
