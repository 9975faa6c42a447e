import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

/** A key pair for the service under test, in PEM. */
export interface ServiceKeyPair {
  /** PKCS#8. */
  readonly privateKey: string
  /** SPKI. */
  readonly publicKey: string
}

let pair: Promise<ServiceKeyPair> | undefined

/**
 * Returns the key pair of services under test that have no key. Generating an RSA key takes longer than
 * the rest of the start, so it is done once in a process. The key belongs to the service, not to one simulator.
 */
export function serviceKeyPair(): Promise<ServiceKeyPair> {
  pair ??= promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return pair
}
