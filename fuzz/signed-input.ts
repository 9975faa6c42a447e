import { generateKeyPairSync, sign } from 'node:crypto'
import type { VerificationKey } from '../lib/provider/verification-keys.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key: VerificationKey = { alg: 'ES256', key: publicKey }
const encode = (text: Buffer | string) => Buffer.from(text).toString('base64url')
const signatureOf = (input: string) =>
  sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })

/** A token made from the fuzzer's bytes. */
export interface FuzzedToken {
  readonly jwt: string
  /** Whether the right key signed exactly this text. */
  readonly isSigned: boolean
}

/** Finds the only key. */
export const findKey =
  (kid: string) =>
  (wanted: string): Promise<VerificationKey | undefined> =>
    Promise.resolve(wanted === kid ? key : undefined)

/**
 * Creates a token from bytes. The first byte selects how it is signed, the first line after it is the header, and the
 * rest is the claims. One way is to use the bytes as the whole token.
 */
export function tokenOf(data: Buffer): FuzzedToken {
  const way = (data[0] ?? 0) % 5
  const rest = data.subarray(1)
  const end = rest.indexOf(10)
  const input = `${encode(rest.subarray(0, Math.max(end, 0)))}.${encode(rest.subarray(end + 1))}`
  switch (way) {
    case 0:
      return { jwt: `${input}.${encode(signatureOf(`${input} `))}`, isSigned: false }
    case 1:
      return { jwt: `${input}.`, isSigned: false }
    case 2:
      return { jwt: rest.toString('latin1'), isSigned: false }
    default:
      return { jwt: `${input}.${encode(signatureOf(input))}`, isSigned: true }
  }
}

/** Returns the claims of a token. A byte order mark before them is not part of them (RFC 8259, section 8.1). */
export function claimsIn(jwt: string): Readonly<Record<string, unknown>> {
  const claims = new TextDecoder().decode(Buffer.from(jwt.split('.')[1] ?? '', 'base64url'))
  return JSON.parse(claims) as Record<string, unknown>
}
