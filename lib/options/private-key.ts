import {
  createHash,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  sign,
  type JsonWebKeyInput,
  type webcrypto,
} from 'node:crypto'
import { promisify, types } from 'node:util'
import { OneLoginError } from '../errors.ts'
import {
  cryptoOptionsOf,
  isSignature,
  minimumBits,
  modulusBits,
  signingAlgorithms,
  type PublicJwk,
  type Signer,
  type SigningAlgorithm,
} from './signer.ts'

/**
 * A private RSA key as a JSON Web Key. The type allows every member that JSON may hold, and the strategy checks them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-6.3
 */
export interface PrivateJwk {
  /** The type of key: `RSA`. */
  readonly kty?: string | undefined
  /** The ID of the key. */
  readonly kid?: string | undefined
  /** The modulus, base64url. */
  readonly n?: string | undefined
  /** The public exponent, base64url. */
  readonly e?: string | undefined
  /** The private exponent, base64url. */
  readonly d?: string | undefined
  /** The first prime factor, base64url. */
  readonly p?: string | undefined
  /** The second prime factor, base64url. */
  readonly q?: string | undefined
  /** The first factor's CRT exponent, base64url. */
  readonly dp?: string | undefined
  /** The second factor's CRT exponent, base64url. */
  readonly dq?: string | undefined
  /** The first CRT coefficient, base64url. */
  readonly qi?: string | undefined
  /** The use of the key: `sig`. */
  readonly use?: string | undefined
  /** The signature algorithm. */
  readonly alg?: string | undefined
  /** The operations that the key is for. */
  readonly key_ops?: string[] | undefined
  /** Whether Web Crypto may export the key. */
  readonly ext?: boolean | undefined
}

/**
 * A private key in any usual form: PEM (PKCS#8 or PKCS#1, also on one line with literal `\n`, or only its base64
 * body), JWK, `KeyObject` or `CryptoKey`. It must be an RSA key of 2,048 bits or more.
 */
export type PrivateKeyInput = string | PrivateJwk | KeyObject | webcrypto.CryptoKey

const forms =
  'an RSA private key of 2048 bits or more as PEM, as the base64 body of a PEM, as JWK, KeyObject or CryptoKey'
const signAsync = promisify(sign)
const probe = Buffer.alloc(32)

/**
 * Returns a signer that uses a private key.
 *
 * @param input - the key, in any form of {@link PrivateKeyInput}
 * @param option - the name of the option in messages
 * @throws OneLoginError `invalid_option` that names the kind of key it got. It never shows the key
 */
export function signerFromPrivateKey(input: PrivateKeyInput, option = 'Option "privateKey"'): Signer {
  const refuse = (found: string) =>
    new OneLoginError('invalid_option', `${option}: ${found}. Use ${forms}.`, { option: 'privateKey' })
  const key = readKey(input, refuse)
  if (key.type !== 'private') throw refuse(`this is a ${key.type} key`)
  if (key.asymmetricKeyType !== 'rsa')
    throw refuse(`this is ${kindOfKey(key)} key, which One Login does not accept`)
  const { n, e } = createPublicKey(key).export({ format: 'jwk' }) as PublicJwk
  const publicJwk: PublicJwk = { kty: 'RSA', n, e }
  const bits = modulusBits(publicJwk)
  if (bits < minimumBits) throw refuse(`this key has only ${bits} bits`)
  const alg = algorithmOf(input, refuse)
  if (!signsFor(publicJwk, key, alg))
    throw refuse('this key is damaged: its signatures do not match its public part')
  const { hash, ...padding } = cryptoOptionsOf(alg)
  const { kid } = input as { kid?: unknown }
  return Object.freeze({
    kid: (typeof kid === 'string' && kid) || thumbprint(publicJwk),
    alg,
    publicJwk: Object.freeze(publicJwk),
    sign: (data: Uint8Array) => signAsync(hash, data, { key, ...padding }),
  })
}

/** Whether the public and the private members belong together. A JWK may hold those of 2 keys. */
function signsFor(publicJwk: PublicJwk, key: KeyObject, alg: SigningAlgorithm): boolean {
  const { hash, ...padding } = cryptoOptionsOf(alg)
  try {
    return isSignature(sign(hash, probe, { key, ...padding }), probe, { alg, publicJwk })
  } catch {
    // Node cannot sign with some damaged keys.
  }
  return false
}

type Refuse = (found: string) => OneLoginError

function readKey(input: PrivateKeyInput, refuse: Refuse): KeyObject {
  if (input instanceof KeyObject) return input
  if (types.isCryptoKey(input)) return KeyObject.from(input)
  if (typeof input === 'string') return readText(input, refuse)
  if (typeof input !== 'object' || (input as unknown) === null) throw refuse('this is not a key')
  if (input.kty !== 'RSA')
    throw refuse(`this is a JWK of type ${String(input.kty)}, which One Login does not accept`)
  if (!input.d) throw refuse('this JWK is a public key')
  try {
    return createPrivateKey({ key: input as JsonWebKeyInput['key'], format: 'jwk' })
  } catch {
    throw refuse('this JWK cannot be read: members are missing or damaged')
  }
}

function readText(text: string, refuse: Refuse): KeyObject {
  const refuseEncrypted = () =>
    refuse('this key is encrypted. Decrypt it first, for example with "openssl pkey"')
  const pem = text.replaceAll('\\n', '\n').trim()
  if (pem.startsWith('{')) throw refuse('this is JSON text. Parse the JWK first')
  const { label, armoured } =
    /^-----BEGIN (?<label>[A-Z0-9 ]+)-----(?<armoured>.*)-----END \1-----$/s.exec(pem)?.groups ?? {}
  // What older PEMs say between the lines BEGIN and END. Newer ones say it in their body, which is read below.
  if (armoured?.includes('ENCRYPTED')) throw refuseEncrypted()
  if (label && !label.endsWith('PRIVATE KEY'))
    throw refuse(`this is a ${label.toLowerCase()}, not a private key`)
  if (label === undefined && pem.includes('-----END'))
    throw refuse(
      'this is not one whole PEM. Use the lines from BEGIN to END of the private key, and no others',
    )
  if (label === undefined && pem.startsWith('-----BEGIN'))
    throw refuse(
      'this is only the start of a PEM. In a .env file, put the value in quotes or on one line with \\n for each line break',
    )
  const body = (armoured ?? pem).replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) throw refuse('this is not a PEM: its body is not base64')
  const der = Buffer.from(body, 'base64')
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE') throw refuseEncrypted()
    }
  }
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      createPublicKey({ key: der, format: 'der', type })
    } catch {
      continue
    }
    throw refuse('this is a public key')
  }
  throw refuse('this cannot be read. It is damaged or incomplete')
}

function algorithmOf(input: PrivateKeyInput, refuse: Refuse): SigningAlgorithm {
  const { alg: named = 'RS256' } = types.isCryptoKey(input)
    ? algorithmOfCryptoKey(input)
    : (input as PrivateJwk)
  const known = signingAlgorithms.find((algorithm) => algorithm === named)
  if (!known) throw refuse(`its algorithm is not one of ${signingAlgorithms.join(', ')}`)
  return known
}

function algorithmOfCryptoKey({ algorithm }: webcrypto.CryptoKey): { readonly alg: string } {
  const { name, hash } = algorithm as webcrypto.RsaHashedKeyAlgorithm
  const scheme = { 'RSASSA-PKCS1-v1_5': 'RS', 'RSA-PSS': 'PS' }[name] ?? name
  return { alg: `${scheme}${hash.name.replace('SHA-', '')}` }
}

function kindOfKey(key: KeyObject): string {
  if (key.asymmetricKeyType === 'ec') return 'an EC'
  return `a ${String(key.asymmetricKeyType)}`
}

/** Returns the key's RFC 7638 thumbprint, which is the same in every process that holds the key. */
function thumbprint({ e, kty, n }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url')
}
