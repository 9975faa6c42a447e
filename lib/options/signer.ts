import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto'

/** The signature algorithms that One Login accepts from a service. */
export const signingAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const

/**
 * A signature algorithm that One Login accepts from a service.
 *
 * @useDeclaredType
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-3.1
 */
export type SigningAlgorithm = (typeof signingAlgorithms)[number]

/** The public part of a service's RSA key, as a JSON Web Key (RFC 7517). */
export interface PublicJwk {
  /** The type of key. One Login accepts no other. */
  readonly kty: 'RSA'
  /** The modulus, base64url. */
  readonly n: string
  /** The public exponent, base64url. */
  readonly e: string
}

/**
 * Signs for your service with a key in a KMS or an HSM.
 *
 * @example
 * ```ts
 * const signer: Signer = {
 *   kid: 'alias/one-login-2026',
 *   alg: 'RS256',
 *   publicJwk: { kty: 'RSA', n: '…', e: 'AQAB' },
 *   sign: async (data) => kms.sign(data), // RSASSA-PKCS1-v1_5 with SHA-256 over all of `data`
 * }
 * ```
 */
export interface Signer {
  /**
   * The ID of the key. The package sends it in the header of every token that it signs, and publishes it in your
   * JWKS.
   */
  readonly kid: string
  /** The algorithm that `sign` uses, including the hash. */
  readonly alg: SigningAlgorithm
  /** The public part of the key, of 2,048 bits or more. */
  readonly publicJwk: PublicJwk
  /**
   * Signs `data` with `alg`. If it throws, rejects, takes longer than the option `timeout` or returns anything else than a
   * signature of the key, the sign-in fails with `signing_failed`.
   *
   * @param data - the data to sign. Hashing it is part of `alg`
   * @returns the raw signature
   */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** The shortest RSA key that One Login accepts. */
export const minimumBits = 2048

const imported = new WeakMap<PublicJwk, KeyObject>()

function publicKeyOf(jwk: PublicJwk): KeyObject {
  const known = imported.get(jwk)
  // Stryker disable next-line ConditionalExpression: to import it each time only takes longer
  if (known) return known
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  imported.set(jwk, key)
  return key
}

/** Returns the bits of an RSA key's modulus. */
export function modulusBits(jwk: PublicJwk): number {
  const { modulusLength = 0 } = publicKeyOf(jwk).asymmetricKeyDetails ?? {}
  return modulusLength
}

/** Returns the hash and the padding of an algorithm, as Node's crypto takes them. */
export function cryptoOptionsOf(alg: SigningAlgorithm) {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
  return { hash: `sha${alg.slice(2)}`, ...(alg.startsWith('PS') && { padding, saltLength }) }
}

/**
 * Returns a signer that rejects every signature that is not one of its key. For the signers of apps: a KMS may use
 * another key or algorithm than the app says.
 */
export function verifyingSigner(signer: Signer): Signer {
  const { kid, alg, publicJwk } = signer
  return Object.freeze({
    kid,
    alg,
    publicJwk,
    sign: async (data: Uint8Array) => {
      const signature: unknown = await signer.sign(data)
      if (isSignature(signature, data, signer)) return signature
      throw new Error('The signature is not one of "data" by "publicJwk" with "alg".')
    },
  })
}

/** Whether a value is a signature of `data` by a signer's key and algorithm. */
export function isSignature(
  value: unknown,
  data: Uint8Array,
  { alg, publicJwk }: Pick<Signer, 'alg' | 'publicJwk'>,
): value is Uint8Array {
  if (!(value instanceof Uint8Array)) return false
  const { hash, ...padding } = cryptoOptionsOf(alg)
  return verify(hash, data, { key: publicKeyOf(publicJwk), ...padding }, value)
}

/** Whether `value` is a {@link Signer} with a key that One Login accepts. */
export function isSigner(value: unknown): value is Signer {
  const { kid, alg, publicJwk, sign } = (value ?? {}) as Partial<Signer>
  const isNamed = typeof kid === 'string' && kid !== ''
  return (
    isNamed &&
    typeof sign === 'function' &&
    signingAlgorithms.some((known) => known === alg) &&
    isPublicRsaJwk(publicJwk)
  )
}

function isPublicRsaJwk(jwk: PublicJwk | undefined): boolean {
  if (jwk?.kty !== 'RSA' || 'd' in jwk) return false
  try {
    return modulusBits(jwk) >= minimumBits
  } catch {
    // It is damaged.
  }
  return false
}
