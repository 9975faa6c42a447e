import { createPublicKey, verify, type JsonWebKey } from 'node:crypto'

export type Claims = Readonly<Record<string, unknown>>

/** A public key as a document of One Login has it. */
export type Key = JsonWebKey & { readonly kid: string; readonly alg: string }

export interface Expected {
  readonly issuer: string
  readonly audience: string
  readonly keys: readonly Key[]
  readonly algorithms: readonly string[]
  /** Whether a check is left out. */
  readonly skips: (check: string) => boolean
}

const tolerance = 30

export const decode = (part = ''): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims

/** The claims of a token that passes every check which all tokens of One Login need. */
export function verifiedClaims(jwt: string, expected: Expected): Claims {
  const [head, body, signature = ''] = jwt.split('.')
  const [header, claims] = [decode(head), decode(body)]
  const need = (check: string, isRight: boolean) => {
    if (!isRight && !expected.skips(check)) throw new Error(`wrong ${check}`)
  }
  const isKnown = expected.algorithms.includes(String(header.alg))
  need('algorithm', isKnown)
  if (isKnown) {
    const named = expected.keys.filter(({ kid, alg }) => kid === header.kid && alg === header.alg)
    need('key', named.length > 0)
    const keys = named.length > 0 ? named : expected.keys.filter(({ alg }) => alg === header.alg)
    need(
      'signature',
      keys.some((key) => isSigned(`${head}.${body}`, signature, key)),
    )
  }
  const now = Date.now() / 1000
  const isPast = (time: unknown) => typeof time === 'number' && time <= now + tolerance
  need('issuer', claims.iss === expected.issuer)
  need('audience', claims.aud === expected.audience)
  need('subject', typeof claims.sub === 'string' && claims.sub !== '')
  need('expiry', typeof claims.exp === 'number' && claims.exp > now - tolerance)
  need('issued-at', isPast(claims.iat))
  need('not-before', (claims.nbf === undefined || isPast(claims.nbf)) && isPast(claims.iat))
  return claims
}

function isSigned(input: string, signature: string, key: Key): boolean {
  const publicKey = createPublicKey({ key, format: 'jwk' })
  const withEncoding =
    key.alg === 'ES256' ? ({ key: publicKey, dsaEncoding: 'ieee-p1363' } as const) : publicKey
  return verify('sha256', Buffer.from(input), withEncoding, Buffer.from(signature, 'base64url'))
}
