import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { ClientRegistration } from '../client-registration.ts'
import type { VirtualClock } from '../simulated-clock.ts'
import { ExpiringMap } from '../expiring-map.ts'
import { isJsonObject, isSignedByRsaKey, type DecodedJwt } from './jwt.ts'

const cacheLifetime = 24 * 60 * 60
const fetchTimeout = 5000

/** The `jwksURL` of a service that is registered with one and has not said which. No key of it can be found. */
export const noJwksURL = ''

/** The service's JWKS could not be had, or does not hold the key: the provider's own failure, not a bad signature. */
export class ClientKeyError extends Error {
  override readonly name = 'ClientKeyError'
}

/**
 * Finds the key a service signs with. A registered key is used whatever `kid` says; of a JWKS URL the key with
 * that `kid`, and it is remembered for 24 hours, so that a key withdrawn from the document goes on working.
 */
export class ClientKeys {
  readonly #cache: ExpiringMap<KeyObject>
  readonly #closing: AbortSignal

  constructor(clock: VirtualClock, closing: AbortSignal) {
    this.#cache = new ExpiringMap(clock, cacheLifetime)
    this.#closing = closing
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
    if (client.jwksURL === noJwksURL)
      throw new ClientKeyError('The service is registered without its JWKS URL')
    const kid = jwt.header.kid
    if (typeof kid !== 'string') throw new ClientKeyError('A service with a JWKS URL has to send a kid')
    return isSignedByRsaKey(jwt, await this.#published(client.clientId, client.jwksURL, kid))
  }

  async #published(clientId: string, url: string, kid: string): Promise<KeyObject> {
    const name = JSON.stringify([clientId, kid])
    const cached = this.#cache.get(name)
    if (cached) return cached
    const key = await this.#download(url, kid)
    this.#cache.set(name, key)
    return key
  }

  async #download(url: string, kid: string): Promise<KeyObject> {
    try {
      const response = await fetch(url, {
        // The connection is not kept: nothing stays open when the simulator is closed.
        headers: { 'User-Agent': 'one-login-simulator/1', Connection: 'close' },
        redirect: 'error',
        signal: AbortSignal.any([this.#closing, AbortSignal.timeout(fetchTimeout)]),
      })
      const body: unknown = await response.json()
      const keys = isJsonObject(body) && Array.isArray(body.keys) ? (body.keys as unknown[]) : []
      const jwk = keys.find((key) => isJsonObject(key) && key.kid === kid && key.kty === 'RSA')
      if (!response.ok || !jwk) throw new ClientKeyError(`It has no RSA key ${kid}`)
      return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    } catch (cause) {
      throw new ClientKeyError(`The JWKS of the service cannot be used: ${url}`, { cause })
    }
  }
}
