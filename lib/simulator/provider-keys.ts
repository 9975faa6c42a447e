import { createHash, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import {
  es256,
  isSignedByEcKey,
  isSignedByRsaKey,
  rs256,
  type DecodedJwt,
  type JsonObject,
  type Signature,
} from './jwt.ts'

/** One of the simulator's signing keys. */
export interface SigningKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly publicKey: KeyObject
  readonly publicJwk: JsonObject
  readonly signature: Signature
}

interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

function named(pair: KeyPair, alg: SigningKey['alg'], kidPrefix = ''): SigningKey {
  const { publicKey, privateKey } = pair
  const jwk = publicKey.export({ format: 'jwk' })
  const kid = kidPrefix + createHash('sha256').update(JSON.stringify(jwk)).digest('hex')
  const signature = alg === 'ES256' ? es256(privateKey) : rs256(privateKey)
  return { kid, alg, publicKey, publicJwk: { ...jwk }, signature }
}

/** A new P-256 key. */
export function ecKey(kidPrefix = ''): SigningKey {
  return named(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'ES256', kidPrefix)
}

/** A new RSA key. Made in the background: it takes a hundred milliseconds or more. */
export async function rsaKey(): Promise<SigningKey> {
  return named(await promisify(generateKeyPair)('rsa', { modulusLength: 2048 }), 'RS256')
}

// Only simulators none of whose services asked for RS256 publish this one, to have a key set like the provider's.
let sharedRsaKey: Promise<SigningKey> | undefined

/** The keys that sign ID tokens, logout tokens and core identities, and the documents that publish them. */
export class ProviderKeys {
  readonly didController: string
  readonly #further = ecKey()
  #ec = [ecKey()]
  #rsa: Promise<SigningKey>[]
  #identity: SigningKey[]

  /**
   * @param didController the DID that the identity keys belong to
   * @param needsRsa whether a service asked for RS256: such a simulator has an RSA key of its own
   */
  constructor(didController: string, needsRsa: boolean) {
    this.didController = didController
    this.#identity = [this.#newIdentityKey()]
    this.#rsa = [needsRsa ? rsaKey() : (sharedRsaKey ??= rsaKey())]
  }

  /** The key that signs ID tokens and logout tokens with ES256 now. */
  get ec(): SigningKey {
    return current(this.#ec)
  }

  /** The key that signs core identities now. */
  get identity(): SigningKey {
    return current(this.#identity)
  }

  /** The key that signs RS256 ID tokens now. */
  get rsa(): Promise<SigningKey> {
    return current(this.#rsa)
  }

  /** Signs with new keys from now on. The old ones stay published unless they are withdrawn. */
  rotate(withdraw: boolean): void {
    this.#ec = [ecKey(), ...(withdraw ? [] : this.#ec)]
    this.#identity = [this.#newIdentityKey(), ...(withdraw ? [] : this.#identity)]
    this.#rsa = [rsaKey(), ...(withdraw ? [] : this.#rsa)]
  }

  /** Whether one of the published keys signed this ID token. */
  async hasSigned(jwt: DecodedJwt): Promise<boolean> {
    if (jwt.header.alg === 'RS256') {
      const keys = await Promise.all(this.#rsa)
      return keys.some((key) => isSignedByRsaKey(jwt, key.publicKey))
    }
    return this.hasSignedWithEcKey(jwt)
  }

  /** Whether one of the published EC keys signed this ID token: the only ones that re-authentication looks at. */
  hasSignedWithEcKey(jwt: DecodedJwt): boolean {
    return this.#ec.some((key) => isSignedByEcKey(jwt, key.publicKey))
  }

  /** What `/.well-known/jwks.json` holds. */
  async jwks(): Promise<{ keys: JsonObject[] }> {
    const keys = [this.#further, ...this.#ec, ...(await Promise.all(this.#rsa))]
    return { keys: keys.map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })) }
  }

  /** What `/.well-known/did.json` holds. */
  didDocument(): JsonObject {
    return {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
      id: this.didController,
      assertionMethod: this.#identity.map((key) => ({
        id: key.kid,
        type: 'JsonWebKey',
        controller: this.didController,
        publicKeyJwk: key.publicJwk,
      })),
    }
  }

  #newIdentityKey(): SigningKey {
    return ecKey(`${this.didController}#`)
  }
}

function current<Key>(keys: readonly Key[]): Key {
  const [key] = keys
  if (key === undefined) throw new Error('A simulator always has a key')
  return key
}
