import { constants, createHmac, sign, verify, type KeyObject } from 'node:crypto'

/** A JSON object whose content has not been checked. */
export type JsonObject = Record<string, unknown>

/** The parts of a JWT, decoded but not verified. */
export interface DecodedJwt {
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly signingInput: string
  readonly signature: Buffer
}

/** Creates the signature over the first two parts of a JWT. */
export type Signature = (signingInput: string) => Buffer

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

const encode = (segment: JsonObject | string): string =>
  Buffer.from(typeof segment === 'string' ? segment : JSON.stringify(segment)).toString('base64url')

/** Encodes a JWT. Claims that are text are used unchanged, for faults. */
export function encodeJwt(header: JsonObject, claims: JsonObject | string, signature: Signature): string {
  const signingInput = `${encode(header)}.${encode(claims)}`
  return `${signingInput}.${signature(signingInput).toString('base64url')}`
}

/** ECDSA over SHA-256, in the fixed-length form that JWTs use. */
export function es256(key: KeyObject): Signature {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

/** RSA PKCS#1 v1.5 over SHA-256. */
export function rs256(key: KeyObject): Signature {
  return (input) => sign('sha256', Buffer.from(input), key)
}

/** RSA PSS over SHA-256. Only faults use it. */
export function ps256(key: KeyObject): Signature {
  return (input) => sign('sha256', Buffer.from(input), { key, ...pss })
}

/** HMAC over SHA-256. Only faults use it. No service may accept it. */
export function hs256(secret: string): Signature {
  return (input) => createHmac('sha256', secret).update(input).digest()
}

/** No signature. Only faults use it. No service may accept it. */
export function unsigned(): Buffer {
  return Buffer.alloc(0)
}

/** Whether a value is a JSON object: not an array and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decodeSegment(segment: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Decodes a JWT without verifying it. Returns `undefined` if it is not a JWT. */
export function decodeJwt(compact: string): DecodedJwt | undefined {
  const [header, claims, signature, ...rest] = compact.split('.')
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0)
    return undefined
  const decodedHeader = decodeSegment(header)
  const decodedClaims = decodeSegment(claims)
  if (!decodedHeader || !decodedClaims || typeof decodedHeader.alg !== 'string') return undefined
  return {
    header: decodedHeader,
    claims: decodedClaims,
    signingInput: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

const rsaAlgorithm = /^(RS|PS)(256|384|512)$/

/** Whether an RSA key made this JWT's signature, with one of the 6 algorithms that One Login accepts from services. */
export function isSignedByRsaKey(jwt: DecodedJwt, key: KeyObject): boolean {
  const [, family, bits] = rsaAlgorithm.exec(String(jwt.header.alg)) ?? []
  if (family === undefined || bits === undefined || key.asymmetricKeyType !== 'rsa') return false
  const padding = family === 'PS' ? pss : { padding: constants.RSA_PKCS1_PADDING }
  return verify(`sha${bits}`, Buffer.from(jwt.signingInput), { key, ...padding }, jwt.signature)
}

/** Whether the P-256 key made this JWT's signature. */
export function isSignedByEcKey(jwt: DecodedJwt, key: KeyObject): boolean {
  return verify('sha256', Buffer.from(jwt.signingInput), { key, dsaEncoding: 'ieee-p1363' }, jwt.signature)
}
