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
 * The key pair that services under test use unless they bring their own. Making an RSA key takes longer than all
 * the rest of the start, so it is made once in a process; it belongs to the service, not to any one simulator.
 */
export function serviceKeyPair(): Promise<ServiceKeyPair> {
  pair ??= promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return pair
}
