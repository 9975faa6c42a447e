import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'

/** The algorithms that One Login signs with, by type of key. */
export type VerificationAlgorithm = 'ES256' | 'RS256'

/** The smallest modulus of an RSA key, from RFC 7518. */
const minimumBits = 2048

/** A key of One Login, with the only algorithm that it may verify. */
export interface VerificationKey {
  readonly alg: VerificationAlgorithm
  readonly key: KeyObject
}

/** One Login's keys by their `kid`. */
export type VerificationKeys = ReadonlyMap<string, VerificationKey>

/**
 * Imports each key that can verify signatures. Leaves out all others, and any `kid` that 2 keys share, because it
 * does not identify one key.
 *
 * @param entries - JWKs, each with its `kid`
 * @param algorithms - the algorithms to allow
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
    // A damaged key is left out too.
  }
  return undefined
}

function algorithmOf({ kty, crv }: JWK): VerificationAlgorithm | undefined {
  if (kty === 'EC' && crv === 'P-256') return 'ES256'
  return kty === 'RSA' ? 'RS256' : undefined
}
