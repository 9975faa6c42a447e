import { createHash, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { es256, rs256, type JsonObject, type Signature } from './jwt.ts'

/** One of the simulator's signing keys. */
export interface SigningKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: JsonObject
  readonly signature: Signature
}

interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

function signingKey(
  { publicKey, privateKey }: KeyPair,
  alg: SigningKey['alg'],
  kidPrefix: string,
): SigningKey {
  const publicJwk = { ...publicKey.export({ format: 'jwk' }) }
  const kid = kidPrefix + createHash('sha256').update(JSON.stringify(publicJwk)).digest('hex')
  const signature = alg === 'ES256' ? es256(privateKey) : rs256(privateKey)
  return { kid, alg, privateKey, publicKey, publicJwk, signature }
}

/** Creates a P-256 key. */
export function ecKey(kidPrefix = ''): SigningKey {
  return signingKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'ES256', kidPrefix)
}

/** Creates an RSA key in the background, because it takes 100 milliseconds or more. */
export async function rsaKey(): Promise<SigningKey> {
  return signingKey(await promisify(generateKeyPair)('rsa', { modulusLength: 2048 }), 'RS256', '')
}
