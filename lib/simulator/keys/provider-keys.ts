import { KeyRing } from './key-ring.ts'
import { isSignedByEcKey, isSignedByRsaKey, type DecodedJwt, type JsonObject } from './jwt.ts'
import { ecKey, rsaKey, type SigningKey } from './signing-key.ts'

// Simulators publish this one if no service uses RS256, so that their key set is like One Login's.
let sharedRsaKey: Promise<SigningKey> | undefined

/** The keys that sign ID tokens, logout tokens and core identities, and the documents that publish them. */
export class ProviderKeys {
  readonly didController: string
  readonly #further = ecKey()
  readonly #ec = new KeyRing(() => ecKey())
  readonly #rsa: KeyRing<Promise<SigningKey>>
  readonly #identity: KeyRing<SigningKey>

  /**
   * @param didController the DID that the identity keys belong to
   * @param needsRsa whether a service uses RS256. If so, the simulator has its own RSA key
   */
  constructor(didController: string, needsRsa: boolean) {
    this.didController = didController
    this.#identity = new KeyRing(() => ecKey(`${didController}#`))
    this.#rsa = new KeyRing(rsaKey, needsRsa ? rsaKey() : (sharedRsaKey ??= rsaKey()))
  }

  /** The current key for ES256 ID tokens and logout tokens. */
  get ec(): SigningKey {
    return this.#ec.current
  }

  /** The current key for RS256 ID tokens. */
  get rsa(): Promise<SigningKey> {
    return this.#rsa.current
  }

  /** The current key for core identities. */
  get identity(): SigningKey {
    return this.#identity.current
  }

  /** A published key that signs nothing that a service gets. */
  get further(): SigningKey {
    return this.#further
  }

  /** Publishes the keys of the next rotation. */
  announce(withRsa: boolean): void {
    for (const ring of this.#rings(withRsa)) ring.announce()
  }

  /** Changes to new keys. The old ones stay published, unless they are withdrawn. */
  rotate(withRsa: boolean, withdraw: boolean): void {
    for (const ring of this.#rings(withRsa)) ring.rotate(withdraw)
  }

  /** Whether one of the published keys signed this ID token. */
  async verify(jwt: DecodedJwt): Promise<boolean> {
    if (jwt.header.alg !== 'RS256') return this.verifyWithEcKey(jwt)
    const keys = await Promise.all(this.#rsa.published)
    return keys.some((key) => isSignedByRsaKey(jwt, key.publicKey))
  }

  /** Whether one of the published EC keys signed this ID token. Re-authentication uses only these. */
  verifyWithEcKey(jwt: DecodedJwt): boolean {
    return this.#ec.published.some((key) => isSignedByEcKey(jwt, key.publicKey))
  }

  /** Returns the content of `/.well-known/jwks.json`. */
  async jwks(): Promise<{ keys: JsonObject[] }> {
    const rsa = await Promise.all(this.#rsa.published)
    const keys = [this.#further, ...this.#ec.published, ...rsa]
    return { keys: keys.map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })) }
  }

  /** Returns the content of `/.well-known/did.json`. */
  didDocument(): JsonObject {
    return {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
      id: this.didController,
      assertionMethod: this.#identity.published.map((key) => ({
        id: key.kid,
        type: 'JsonWebKey',
        controller: this.didController,
        publicKeyJwk: key.publicJwk,
      })),
    }
  }

  #rings(withRsa: boolean): KeyRing<unknown>[] {
    return [this.#ec, this.#identity, ...(withRsa ? [this.#rsa] : [])]
  }
}
