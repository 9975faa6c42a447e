import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { ClientRegistration } from '../client-registration.ts'
import type { VirtualClock } from '../simulated-clock.ts'
import { ExpiringMap } from '../expiring-map.ts'
import { isJsonObject, isSignedByRsaKey, type DecodedJwt } from './jwt.ts'

const cacheLifetime = 24 * 60 * 60
const fetchTimeout = 5000

/**
 * What is wrong if no registered key made a signature. One Login does not report it. The most likely reason is a service
 * that still has the key of an earlier simulator.
 */
export const unknownKey =
  'no key that is registered for the service made the signature. A simulator makes a new key each time it starts: give the service its new private key, or register your own public key'

/** The `jwksURL` of a service that is registered with one but has not named it. No key is found there. */
export const noJwksURL = ''

/**
 * The service's JWKS is not available or does not hold the key. One Login fails then. It does not count as a wrong
 * signature.
 */
export class ClientKeyError extends Error {
  override readonly name = 'ClientKeyError'
}

/**
 * Finds the key that a service signs with. A registered key is used for any `kid`. In a JWKS, the key must have that
 * `kid`. It is cached for 24 hours, so a key that has been removed from the document still works.
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
   * @throws ClientKeyError if the key is not available
   */
  async verify(jwt: DecodedJwt, client: ClientRegistration): Promise<boolean> {
    if (client.jwksURL === undefined) {
      return client.publicKeys.some((pem) => isSignedByRsaKey(jwt, createPublicKey(pem)))
    }
    if (client.jwksURL === noJwksURL)
      throw new ClientKeyError('The service is registered without its JWKS URL')
    const kid = jwt.header.kid
    if (typeof kid !== 'string') throw new ClientKeyError('A service with a JWKS URL must send a kid')
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
        // The connection closes after the response, so that nothing stays open when the simulator closes.
        headers: { 'User-Agent': 'one-login-simulator/1', Connection: 'close' },
        redirect: 'error',
        signal: AbortSignal.any([this.#closing, AbortSignal.timeout(fetchTimeout)]),
      })
      if (!response.ok) throw new ClientKeyError(`${url} returned status ${response.status}`)
      const body: unknown = await response.json()
      const keys = isJsonObject(body) && Array.isArray(body.keys) ? (body.keys as unknown[]) : []
      const jwk = keys.find((key) => isJsonObject(key) && key.kid === kid && key.kty === 'RSA')
      if (!jwk) throw new ClientKeyError(`${url} has no RSA key ${kid}`)
      return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    } catch (cause) {
      if (cause instanceof ClientKeyError) throw cause
      throw new ClientKeyError(`The JWKS of the service cannot be used: ${url}`, { cause })
    }
  }
}
