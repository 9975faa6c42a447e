import { KeyRing } from './key-ring.ts'
import { isSignedByEcKey, isSignedByRsaKey, type DecodedJwt, type JsonObject } from './jwt.ts'
import { ecKey, rsaKey, type SigningKey } from './signing-key.ts'

// Only simulators none of whose services asked for RS256 publish this one, to have a key set like the provider's.
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
   * @param needsRsa whether a service asked for RS256: such a simulator has an RSA key of its own
   */
  constructor(didController: string, needsRsa: boolean) {
    this.didController = didController
    this.#identity = new KeyRing(() => ecKey(`${didController}#`))
    this.#rsa = new KeyRing(rsaKey, needsRsa ? rsaKey() : (sharedRsaKey ??= rsaKey()))
  }

  /** The key that signs ID tokens and logout tokens with ES256 now. */
  get ec(): SigningKey {
    return this.#ec.current
  }

  /** The key that signs RS256 ID tokens now. */
  get rsa(): Promise<SigningKey> {
    return this.#rsa.current
  }

  /** The key that signs core identities now. */
  get identity(): SigningKey {
    return this.#identity.current
  }

  /** A published key that signs nothing a service ever gets. */
  get further(): SigningKey {
    return this.#further
  }

  /** Publishes the keys that the next rotation will sign with. */
  announce(withRsa: boolean): void {
    for (const ring of this.#rings(withRsa)) ring.announce()
  }

  /** Signs with new keys from now on. The old ones stay published unless they are withdrawn. */
  rotate(withRsa: boolean, withdraw: boolean): void {
    for (const ring of this.#rings(withRsa)) ring.rotate(withdraw)
  }

  /** Whether one of the published keys signed this ID token. */
  async haveSigned(jwt: DecodedJwt): Promise<boolean> {
    if (jwt.header.alg !== 'RS256') return this.haveSignedWithEcKey(jwt)
    const keys = await Promise.all(this.#rsa.published)
    return keys.some((key) => isSignedByRsaKey(jwt, key.publicKey))
  }

  /** Whether one of the published EC keys signed this ID token: the only ones that re-authentication looks at. */
  haveSignedWithEcKey(jwt: DecodedJwt): boolean {
    return this.#ec.published.some((key) => isSignedByEcKey(jwt, key.publicKey))
  }

  /** What `/.well-known/jwks.json` holds. */
  async jwks(): Promise<{ keys: JsonObject[] }> {
    const rsa = await Promise.all(this.#rsa.published)
    const keys = [this.#further, ...this.#ec.published, ...rsa]
    return { keys: keys.map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })) }
  }

  /** What `/.well-known/did.json` holds. */
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
