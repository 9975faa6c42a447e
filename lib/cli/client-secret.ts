import { randomBytes } from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'

/** A client secret and what One Login stores in its place. */
export interface ClientSecret {
  /** 320 random bits in characters that need no escaping. */
  readonly secret: string
  /** Its Argon2id hash in the encoded form. */
  readonly hash: string
}

/** Creates a client secret and its hash. */
export async function createClientSecret(): Promise<ClientSecret> {
  const secret = randomBytes(40).toString('base64url')
  return { secret, hash: await hashClientSecret(secret, randomBytes(64)) }
}

/**
 * Returns the Argon2id hash of a client secret with the parameters that One Login requires.
 *
 * @param secret - any text
 * @param salt - random bytes
 * @see https://docs.sign-in.service.gov.uk/before-integrating/integrating-third-party-platform/
 */
export async function hashClientSecret(secret: string, salt: Uint8Array): Promise<string> {
  const [iterations, kibibytes, parallelism, bytes] = [2, 15_360, 1, 16]
  const hash = await argon2idAsync(secret, salt, {
    t: iterations,
    m: kibibytes,
    p: parallelism,
    dkLen: bytes,
  })
  return `$argon2id$v=19$m=${kibibytes},t=${iterations},p=${parallelism}$${base64(salt)}$${base64(hash)}`
}

/** The encoded form of Argon2 has base64 without padding. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
