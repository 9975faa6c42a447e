import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { signerFromPrivateKey } from '../options/private-key.ts'
import type { PublicJwk } from '../options/signer.ts'

/** A key pair for a service, in all the formats that it needs. */
export interface KeyPair {
  /** PEM, PKCS#8. */
  readonly privateKey: string
  /** PEM, SPKI. */
  readonly publicKey: string
  /** The public key, as in a JWKS. */
  readonly publicJwk: PublicJwk & { readonly use: 'sig'; readonly alg: string; readonly kid: string }
}

/** Creates an RSA key pair. Its `kid` is the one that the library sends for this key. */
export async function createKeyPair(bits: number): Promise<KeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const { publicJwk, alg, kid } = signerFromPrivateKey(privateKey)
  return { privateKey, publicKey, publicJwk: { ...publicJwk, use: 'sig', alg, kid } }
}
