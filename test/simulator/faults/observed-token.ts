import { createHmac, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import { difference, type Difference } from './difference.ts'

interface PublishedKey {
  readonly kid: string
  readonly key: KeyObject
}

/** A token as anyone with the published keys can read it. */
export interface ObservedToken {
  /** The whole text, if it is not a token. */
  readonly token?: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>> | string
  /** The key that signed it, and the algorithm. */
  readonly signature: string
}

/** Every key that the simulator publishes. */
export async function publishedKeys(op: Simulator): Promise<PublishedKey[]> {
  const json = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>
  const { keys } = await json(`${op.issuer}.well-known/jwks.json`)
  const { assertionMethod } = await json(op.options.environment.didDocumentURL)
  const methods = (assertionMethod as { id: string; publicKeyJwk: JsonWebKey }[]).map(
    ({ id, publicKeyJwk }) => ({ ...publicKeyJwk, kid: id }),
  )
  return [...(keys as (JsonWebKey & { kid: string })[]), ...methods].map((jwk) => ({
    kid: jwk.kid,
    key: createPublicKey({ key: jwk, format: 'jwk' }),
  }))
}

/** Decodes a token and finds the key that signed it. */
export function observeToken(token: string, keys: readonly PublishedKey[]): ObservedToken {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.')
  const decoded = jsonOf(header)
  if (typeof decoded === 'string' || rest.length > 0) return { token, header: {}, claims: '', signature: '' }
  return {
    header: decoded,
    claims: jsonOf(claims),
    signature: signerOf(`${header}.${claims}`, Buffer.from(signature, 'base64url'), keys),
  }
}

/** How a token differs from the good one. */
export function tokenDifference(good: ObservedToken, other: ObservedToken): Difference {
  if (other.token !== undefined) return { token: other.token }
  const { claims } = other
  return {
    ...difference('header', good.header, other.header),
    ...(typeof claims === 'string' || typeof good.claims === 'string'
      ? { claims }
      : difference('claim', good.claims, claims)),
    ...(other.signature !== good.signature && { signature: other.signature }),
  }
}

function jsonOf(segment: string): Readonly<Record<string, unknown>> | string {
  const text = Buffer.from(segment, 'base64url').toString()
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return text
  }
}

function signerOf(input: string, signature: Buffer, keys: readonly PublishedKey[]): string {
  if (signature.length === 0) return 'none'
  const exact = signerOfExact(input, signature, keys)
  if (exact !== undefined) return exact
  const another = signerOfExact(`${input}x`, signature, keys)
  if (another !== undefined) return `${another}, of another text`
  const flipped = Buffer.from(signature)
  flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1)
  const damaged = signerOfExact(input, flipped, keys)
  return damaged === undefined ? 'unknown' : `${damaged}, one bit wrong`
}

function signerOfExact(input: string, signature: Buffer, keys: readonly PublishedKey[]): string | undefined {
  for (const { kid, key } of keys)
    for (const [alg, isSigned] of Object.entries(schemes))
      if (isSigned(Buffer.from(input), key, signature)) return `${alg} by ${kid}`
  return undefined
}

type Scheme = (input: Buffer, key: KeyObject, signature: Buffer) => boolean

const schemes: Readonly<Record<string, Scheme>> = {
  ES256: (input, key, signature) =>
    key.asymmetricKeyType === 'ec' && verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature),
  RS256: (input, key, signature) =>
    key.asymmetricKeyType === 'rsa' && verify('sha256', input, key, signature),
  PS256: (input, key, signature) =>
    key.asymmetricKeyType === 'rsa' &&
    verify('sha256', input, { key, padding: 6, saltLength: 32 }, signature),
  'HMAC with the public key': (input, key, signature) =>
    createHmac('sha256', key.export({ type: 'spki', format: 'pem' }))
      .update(input)
      .digest()
      .equals(signature),
}
