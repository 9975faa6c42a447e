import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'

/** The algorithms that One Login signs with, by the kind of key. */
export type VerificationAlgorithm = 'ES256' | 'RS256'

/** Of an RSA key's modulus, as RFC 7518 asks. */
const minimumBits = 2048

/** A key of the provider's, tied to the one algorithm it may be used with. */
export interface VerificationKey {
  readonly alg: VerificationAlgorithm
  readonly key: KeyObject
}

/** The provider's keys by their `kid`. */
export type VerificationKeys = ReadonlyMap<string, VerificationKey>

/**
 * Imports the keys that can verify, once. Others are left out, and so is a `kid` that two keys claim: which of
 * them is meant could not be told.
 *
 * @param entries - JWKs with the `kid` that names each
 * @param algorithms - the algorithms that may be used
 */
export function importVerificationKeys(
  entries: readonly { readonly kid: string; readonly jwk: JWK }[],
  algorithms: readonly VerificationAlgorithm[],
): VerificationKeys {
  const keys = new Map<string, VerificationKey>()
  for (const { kid, jwk } of entries) {
    if (entries.filter((other) => other.kid === kid).length > 1) continue
    const key = importKey(jwk)
    if (key && algorithms.includes(key.alg)) keys.set(kid, key)
  }
  return keys
}

function importKey(jwk: JWK): VerificationKey | undefined {
  const alg = algorithmOf(jwk)
  if (!alg || (jwk.alg ?? alg) !== alg || (jwk.use ?? 'sig') !== 'sig' || jwk.d !== undefined)
    return undefined
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const { modulusLength = minimumBits } = key.asymmetricKeyDetails ?? {}
    return modulusLength < minimumBits ? undefined : { alg, key }
  } catch {
    // Damaged: left out like the others.
  }
  return undefined
}

function algorithmOf({ kty, crv }: JWK): VerificationAlgorithm | undefined {
  if (kty === 'EC' && crv === 'P-256') return 'ES256'
  return kty === 'RSA' ? 'RS256' : undefined
}
