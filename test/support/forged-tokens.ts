import { createHmac, sign, type KeyObject } from 'node:crypto'

/** A token before it is signed, for an attacker to change. Header and claims may be JSON of any kind, or its text. */
export interface Draft {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** The key that an honest provider signs with. */
  readonly key: KeyObject
}

/** Signs a signing input. */
export type Seal = (input: string) => Buffer

/** ES256, with the signature in the JOSE form (r and s) or in the DER form. */
export function es256(key: KeyObject, dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363'): Seal {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding })
}

/** RS256. */
export function rs256(key: KeyObject): Seal {
  return (input) => sign('sha256', Buffer.from(input), key)
}

/** HS256, with any secret, such as a public key. */
export function hs256(secret: string | Buffer): Seal {
  return (input) => createHmac('sha256', secret).update(input).digest()
}

/** The signature that `alg: none` has. */
export const nothing: Seal = () => Buffer.alloc(0)

/** Puts a token together by hand. A header or claims given as text stay as they are. */
export function compact(header: unknown, claims: unknown, seal: Seal): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${seal(input).toString('base64url')}`
}

/** Signs a draft as an honest provider does. */
export function honest({ header, claims, key }: Draft): string {
  return compact(header, claims, key.asymmetricKeyType === 'rsa' ? rs256(key) : es256(key))
}

function encode(segment: unknown): string {
  return Buffer.from(typeof segment === 'string' ? segment : JSON.stringify(segment)).toString('base64url')
}
