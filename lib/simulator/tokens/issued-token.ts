import type { VirtualClock } from '../simulated-clock.ts'
import type { Vector } from '../authorization/requested-vectors.ts'
import type { FaultPlace } from '../faults/fault-names.ts'
import type { FaultPlan } from '../faults/fault-plan.ts'
import type { Faults } from '../faults/fault.ts'
import { encodeBroken, type ChangeToken, type TokenFault } from '../faults/token-fault.ts'
import type { JsonObject } from '../keys/jwt.ts'
import type { ProviderKeys } from '../keys/provider-keys.ts'
import type { SigningKey } from '../keys/signing-key.ts'

/** The parts of the simulator that signing needs. */
export interface Issuer {
  readonly issuer: string
  readonly keys: ProviderKeys
  readonly clock: VirtualClock
  readonly faults: FaultPlan
}

/** A token before it is signed. */
export interface UnsignedToken {
  readonly key: SigningKey
  readonly claims: JsonObject
  /** The `typ` of the header, if there is one. */
  readonly type?: string
  /** The lowest vector of the request, for a token that depends on it. */
  readonly requested?: Vector
}

/** Returns the faults that are due at a place. */
export function dueTokenFaults(
  faults: FaultPlan,
  place: FaultPlace,
  table: Faults<ChangeToken>,
): TokenFault[] {
  const due = faults.use(place, (name): name is string => Object.hasOwn(table, name))
  return due.flatMap(({ name }) => table[name] ?? [])
}

/** Signs a token with these faults. */
export function signToken(
  { issuer, keys, clock }: Issuer,
  { key, claims, type, requested }: UnsignedToken,
  faults: readonly TokenFault[],
): Promise<string> {
  const header = { kid: key.kid, ...(type !== undefined && { typ: type }), alg: key.alg }
  const context = { issuer, keys, key, now: clock.seconds(), requested }
  return encodeBroken({ header, claims, signature: key.signature }, faults, context)
}
