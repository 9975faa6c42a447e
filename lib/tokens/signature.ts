import { verify } from 'node:crypto'
import type { JWTHeaderParameters, JWTPayload } from 'jose'
import { decodeJwt } from 'jose/jwt/decode'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import type { VerificationKey } from '../provider/verification-keys.ts'

/**
 * Verifies the signature of a JWT and reads it. jose decodes, and node:crypto verifies at half the cost of WebCrypto.
 * The payload is not read before the signature is verified.
 *
 * @param jwt - a JWS in compact serialisation
 * @param findKey - finds the key for a header. The token's `alg` must match the key, so the token never chooses the
 * algorithm
 * @throws Error with the reason, or the error of `findKey`
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-5.2
 */
export async function readSigned(
  jwt: string,
  findKey: (header: Partial<JWTHeaderParameters>) => Promise<VerificationKey>,
): Promise<JWTPayload> {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw new Error('it is not a signed JWT')
  const header: Partial<JWTHeaderParameters> = read(jwt, 'header', decodeProtectedHeader)
  if (header.crit !== undefined)
    throw new Error('its header has a "crit", and this package supports no extensions')
  const { alg, key } = await findKey(header)
  if (header.alg !== alg) throw new Error('its "alg" does not match its key')
  // An ES256 signature is two numbers in a row (RFC 7518). RS256 ignores dsaEncoding.
  const publicKey = { key, dsaEncoding: 'ieee-p1363' } as const
  const end = jwt.lastIndexOf('.')
  const signature = Buffer.from(jwt.slice(end + 1), 'base64url')
  if (!verify('sha256', Buffer.from(jwt.slice(0, end)), publicKey, signature))
    throw new Error('its signature does not match its key')
  return read(jwt, 'payload', decodeJwt)
}

// The messages of jose can change with each release.
function read<Decoded>(jwt: string, segment: string, decode: (jwt: string) => Decoded): Decoded {
  try {
    return decode(jwt)
  } catch {
    throw new Error(`its ${segment} cannot be read`)
  }
}
