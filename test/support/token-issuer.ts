import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT, type JWTPayload } from 'jose'
import type { VerificationKey } from '../../lib/provider/verification-keys.ts'

/** How a test's token differs from one that the provider would sign. */
export interface Signing {
  readonly alg?: string
  /** `null` leaves it out. */
  readonly kid?: string | null
  readonly key?: KeyObject | Uint8Array
  readonly header?: Readonly<Record<string, unknown>>
}

/** A provider's keys. Signs tokens, and finds keys as the provider's documents would. */
export interface TokenIssuer {
  readonly privateKeys: { readonly ec: KeyObject; readonly rsa: KeyObject }
  /** Signs with the EC key by default. */
  readonly sign: (claims: JWTPayload & Record<string, unknown>, signing?: Signing) => Promise<string>
  readonly findKey: (kid: string) => Promise<VerificationKey | undefined>
  /** Every `kid` that a key was requested for. */
  readonly lookedFor: string[]
}

/**
 * Creates an issuer with its own keys.
 *
 * @param kids - the names of its EC key and its RSA key
 */
export function createTokenIssuer(kids = { ec: 'ec-key', rsa: 'rsa-key' }): TokenIssuer {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keys = new Map<string, VerificationKey>([
    [kids.ec, { alg: 'ES256', key: ec.publicKey }],
    [kids.rsa, { alg: 'RS256', key: rsa.publicKey }],
  ])
  const lookedFor: string[] = []
  return {
    privateKeys: { ec: ec.privateKey, rsa: rsa.privateKey },
    lookedFor,
    sign: (claims, { alg = 'ES256', kid = alg === 'RS256' ? kids.rsa : kids.ec, key, header } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, ...(kid !== null && { kid }), ...header })
        .sign(key ?? (alg === 'RS256' ? rsa.privateKey : ec.privateKey)),
    findKey: (kid) => {
      lookedFor.push(kid)
      return Promise.resolve(keys.get(kid))
    },
  }
}
