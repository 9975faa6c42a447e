import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { ClientRegistration } from './client-registration.ts'
import type { VirtualClock } from './clock.ts'
import { isJsonObject, isSignedByRsaKey, type DecodedJwt } from './jwt.ts'

const cacheLifetime = 24 * 60 * 60 * 1000
const fetchTimeout = 5000

/** The service's JWKS could not be had, or does not hold the key: the provider's own failure, not a bad signature. */
export class ClientKeyError extends Error {
  override readonly name = 'ClientKeyError'
}

/**
 * Finds the key a service signs with. A registered key is used whatever `kid` says; of a JWKS URL the key with
 * that `kid`, and it is remembered for 24 hours, so that a key withdrawn from the document goes on working.
 */
export class ClientKeys {
  readonly #clock: VirtualClock
  readonly #cache = new Map<string, { key: KeyObject; until: number }>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  /**
   * Whether the service signed this JWT.
   *
   * @throws ClientKeyError when its key cannot be had
   */
  async haveSigned(jwt: DecodedJwt, client: ClientRegistration): Promise<boolean> {
    if (client.jwksURL === undefined) {
      return client.publicKeys.some((pem) => isSignedByRsaKey(jwt, createPublicKey(pem)))
    }
    const kid = jwt.header.kid
    if (typeof kid !== 'string') throw new ClientKeyError('A service with a JWKS URL has to send a kid')
    return isSignedByRsaKey(jwt, await this.#published(client.clientId, client.jwksURL, kid))
  }

  async #published(clientId: string, url: string, kid: string): Promise<KeyObject> {
    const name = JSON.stringify([clientId, kid])
    const cached = this.#cache.get(name)
    if (cached && cached.until > this.#clock.now()) return cached.key
    const key = await download(url, kid)
    this.#cache.set(name, { key, until: this.#clock.now() + cacheLifetime })
    return key
  }
}

async function download(url: string, kid: string): Promise<KeyObject> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeout), redirect: 'error' })
    const body: unknown = await response.json()
    const keys = isJsonObject(body) && Array.isArray(body.keys) ? (body.keys as unknown[]) : []
    const jwk = keys.find((key) => isJsonObject(key) && key.kid === kid)
    if (!response.ok || !jwk) throw new ClientKeyError(`The JWKS of the service has no key ${kid}`)
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  } catch (cause) {
    throw new ClientKeyError(`The JWKS of the service cannot be used: ${url}`, { cause })
  }
}
