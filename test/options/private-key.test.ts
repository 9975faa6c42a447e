import type { KeyObject } from 'node:crypto'
import { constants, generateKeyPairSync, generateKeySync, verify, type webcrypto } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { signerFromPrivateKey, type PrivateKeyInput } from '../../lib/options/private-key.ts'
import { modulusBits, signingAlgorithms, type Signer } from '../../lib/options/signer.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const jwk = privateKey.export({ format: 'jwk' })
const otherJwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const bodyOf = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '')

function cryptoKey(
  algorithm: webcrypto.RsaHashedImportParams,
  extractable = true,
  use: webcrypto.KeyUsage = 'sign',
): Promise<webcrypto.CryptoKey> {
  const der = Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' }))
  return crypto.subtle.importKey('pkcs8', der, algorithm, extractable, [use])
}

/** Whether node:crypto verifies its signature with the public key. */
async function signsWith(signer: Signer, hash = 'sha256', pss = false): Promise<boolean> {
  const data = Buffer.from('data to sign')
  const padding = pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING }
  return verify(hash, data, { key: publicKey, ...padding }, await signer.sign(data))
}

describe('every form of a key', () => {
  it.each<[string, PrivateKeyInput]>([
    ['a PKCS#8 PEM', pkcs8],
    ['a PKCS#1 PEM', pkcs1],
    ['a PEM with literal \\n', pkcs8.replaceAll('\n', String.raw`\n`)],
    ['a PKCS#1 PEM with literal \\n', pkcs1.replaceAll('\n', String.raw`\n`)],
    ['a PEM with Windows line ends', pkcs8.replaceAll('\n', '\r\n')],
    ['a PEM on one line, with spaces', pkcs8.replaceAll('\n', ' ')],
    ['a PEM on one line, without breaks', pkcs8.replaceAll('\n', '')],
    ['a PEM between blank lines', `\n\n  ${pkcs8}\n\n`],
    ['the body of a PKCS#8 PEM', bodyOf(pkcs8)],
    ['the body of a PKCS#1 PEM', bodyOf(pkcs1)],
    ['the body of a PEM in lines', bodyOf(pkcs8).replaceAll(/(.{64})/g, '$1\n')],
    ['a JWK', jwk],
    ['a KeyObject', privateKey],
  ])('[KEY-1] accepts %s, and signs with it', async (_form, input) => {
    const signer = signerFromPrivateKey(input)
    expect(signer.alg).toBe('RS256')
    expect(await signsWith(signer)).toBe(true)
  })

  it.each([true, false])(
    '[KEY-1] accepts a CryptoKey, extractable %s, and signs with it',
    async (extractable) => {
      const signer = signerFromPrivateKey(
        await cryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, extractable),
      )
      expect(signer.alg).toBe('RS256')
      expect(await signsWith(signer)).toBe(true)
    },
  )

  it('[KEY-1, KEY-2] returns only the public key, the same for every form', async () => {
    const { kty, n, e } = publicKey.export({ format: 'jwk' })
    const signed = await cryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false)
    for (const input of [pkcs8, pkcs1, jwk, privateKey, signed])
      expect(signerFromPrivateKey(input).publicJwk).toStrictEqual({ kty, n, e })
  })

  it('[KEY-1] freezes its result', () => {
    const signer = signerFromPrivateKey(pkcs8)
    expect(Object.isFrozen(signer)).toBe(true)
    expect(Object.isFrozen(signer.publicJwk)).toBe(true)
  })
})

describe('algorithm', () => {
  it.each(signingAlgorithms)('[KEY-5] signs %s if a JWK names it', async (alg) => {
    const signer = signerFromPrivateKey({ ...jwk, alg })
    expect(signer.alg).toBe(alg)
    expect(await signsWith(signer, `sha${alg.slice(2)}`, alg.startsWith('PS'))).toBe(true)
  })

  it.each([
    ['RSASSA-PKCS1-v1_5', 'SHA-384', 'RS384'],
    ['RSASSA-PKCS1-v1_5', 'SHA-512', 'RS512'],
    ['RSA-PSS', 'SHA-256', 'PS256'],
    ['RSA-PSS', 'SHA-384', 'PS384'],
    ['RSA-PSS', 'SHA-512', 'PS512'],
  ])('[KEY-5] signs as a CryptoKey of %s with %s requires: %s', async (name, hash, alg) => {
    const signer = signerFromPrivateKey(await cryptoKey({ name, hash }))
    expect(signer.alg).toBe(alg)
    expect(await signsWith(signer, `sha${alg.slice(2)}`, alg.startsWith('PS'))).toBe(true)
  })

  it('[KEY-5] offers the 6 that One Login accepts, and no others', () => {
    expect(signingAlgorithms).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])
  })

  it.each(['ES256', 'HS256', 'RSA-OAEP', 'none', '', 5])('[KEY-5] rejects a JWK with alg %j', async (alg) => {
    await expectRefused(
      () => signerFromPrivateKey({ ...jwk, alg: alg as string }),
      'invalid_option',
      /its algorithm is not one of RS256, RS384, RS512, PS256, PS384, PS512/,
    )
  })

  it('[KEY-5] rejects a CryptoKey that signs with SHA-1', async () => {
    const key = await cryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' })
    await expectRefused(() => signerFromPrivateKey(key), 'invalid_option', /its algorithm is not one of/)
  })

  it('[KEY-5] rejects a CryptoKey that is for decryption', async () => {
    const key = await cryptoKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, true, 'decrypt')
    await expectRefused(() => signerFromPrivateKey(key), 'invalid_option', /its algorithm is not one of/)
  })
})

describe('kid', () => {
  it('[KEY-3] is the one in a JWK', () => {
    expect(signerFromPrivateKey({ ...jwk, kid: 'one-login-2026' }).kid).toBe('one-login-2026')
  })

  it('[KEY-3] is otherwise the thumbprint of RFC 7638, the same in every process', async () => {
    const thumbprint = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }))
    for (const input of [pkcs8, pkcs1, jwk, { ...jwk, kid: '' }, { ...jwk, kid: 5 as never }, privateKey])
      expect(signerFromPrivateKey(input).kid).toBe(thumbprint)
  })
})

describe('refusals', () => {
  const encrypted = { cipher: 'aes-256-cbc', passphrase: 'secret' }
  const pem = (key: KeyObject, options: object) =>
    key.export({ format: 'pem', ...options } as never).toString()

  it.each<[string, unknown, RegExp]>([
    ['an EC key as PKCS#8', pem(ec.privateKey, { type: 'pkcs8' }), /this is an EC key/],
    ['an EC key as SEC1', pem(ec.privateKey, { type: 'sec1' }), /this is an EC key/],
    ['the body of an EC key', bodyOf(pem(ec.privateKey, { type: 'sec1' })), /this is an EC key/],
    ['an EC key as JWK', ec.privateKey.export({ format: 'jwk' }), /this is a JWK of type EC/],
    ['an EC key as KeyObject', ec.privateKey, /this is an EC key/],
    ['an Ed25519 key', generateKeyPairSync('ed25519').privateKey, /this is a ed25519 key/],
    ['a public PEM', pem(publicKey, { type: 'spki' }), /this is a public key, not a private key/],
    ['a public PKCS#1 PEM', pem(publicKey, { type: 'pkcs1' }), /this is a rsa public key, not a private key/],
    ['the body of a public PEM', bodyOf(pem(publicKey, { type: 'spki' })), /this is a public key/],
    ['the body of a public PKCS#1 PEM', bodyOf(pem(publicKey, { type: 'pkcs1' })), /this is a public key/],
    ['a public JWK', publicKey.export({ format: 'jwk' }), /this JWK is a public key/],
    ['a public KeyObject', publicKey, /this is a public key/],
    ['a secret KeyObject', generateKeySync('hmac', { length: 256 }), /this is a secret key/],
    ['a secret JWK', { kty: 'oct', k: 'c2VjcmV0' }, /this is a JWK of type oct/],
    ['an encrypted PKCS#8 PEM', pem(privateKey, { type: 'pkcs8', ...encrypted }), /this key is encrypted/],
    ['an encrypted PKCS#1 PEM', pem(privateKey, { type: 'pkcs1', ...encrypted }), /this key is encrypted/],
    [
      'the body of an encrypted PEM',
      bodyOf(pem(privateKey, { type: 'pkcs8', ...encrypted })),
      /this key is encrypted/,
    ],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      /this is a certificate/,
    ],
    [
      'a PEM that was cut off',
      pkcs8.slice(0, 400),
      /only the start of a PEM\. In a \.env file, put the value in quotes/,
    ],
    [
      'a key and its certificate',
      `${pkcs8}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----`,
      /not one whole PEM/,
    ],
    ['a key after other lines', `Bag Attributes\n    friendlyName: one-login\n${pkcs8}`, /not one whole PEM/],
    ['a key before other lines', `${pkcs8}\nexpires in May`, /not one whole PEM/],
    ['a PEM without its first line', pkcs8.replace(/^.*\n/, ''), /not one whole PEM/],
    ['two keys', pkcs8 + pkcs8, /its body is not base64/],
    ['the first line of a PEM', pkcs8.split('\n')[0] ?? '', /only the start of a PEM/],
    ['a PEM with half a body', pkcs8.replace(/(KEY-----\n[^-]{200})[^-]*/, '$1\n'), /damaged or incomplete/],
    ['another text', 'correct horse battery staple!', /this is not a PEM: its body is not base64/],
    ['a path', '/run/secrets/one-login.pem', /this is not a PEM/],
    ['base64 of something else', Buffer.from('not a key at all').toString('base64'), /damaged or incomplete/],
    ['JSON text', JSON.stringify(jwk), /this is JSON text. Parse the JWK first/],
    // Node 26 finds out by itself when it reads the key.
    [
      'a JWK with the modulus of another key',
      { ...jwk, n: otherJwk.n },
      /its signatures do not match its public part|members are missing or damaged/,
    ],
    [
      'a JWK with the private exponent and primes of another key',
      { ...otherJwk, n: jwk.n },
      /its signatures do not match its public part|members are missing or damaged/,
    ],
    [
      'a JWK with which Node cannot sign',
      { ...jwk, p: 'AA' },
      /its signatures do not match its public part|members are missing or damaged/,
    ],
    ['a JWK with a damaged member', { ...jwk, n: 5 }, /members are missing or damaged/],
    [
      'a JWK without its primes',
      { kty: 'RSA', n: jwk.n, e: jwk.e, d: jwk.d },
      /members are missing or damaged/,
    ],
    ['an object that is not a key', {}, /this is a JWK of type undefined/],
    ['null', null, /this is not a key/],
    ['a number', 5, /this is not a key/],
  ])('[KEY-1, CONF-9] rejects %s, and says so', async (_form, input, reason) => {
    const { message } = await expectRefused(
      () => signerFromPrivateKey(input as PrivateKeyInput),
      'invalid_option',
      reason,
    )
    expect(message).toMatch(/^Option "privateKey": /)
    expect(message).toMatch(/Use an RSA private key of 2048 bits or more as PEM,/)
  })

  it('[KEY-1] rejects a key under 2048 bits, in every form', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    const forms = [
      pem(weak, { type: 'pkcs8' }),
      pem(weak, { type: 'pkcs1' }),
      weak.export({ format: 'jwk' }),
      weak,
    ]
    for (const form of forms)
      await expectRefused(() => signerFromPrivateKey(form), 'invalid_option', /this key has only 1024 bits/)
  })

  it('[KEY-1] reads the size of a key from its public key', () => {
    expect(modulusBits(signerFromPrivateKey(pkcs8).publicJwk)).toBe(2048)
  })

  it('[KEY-1] rejects a key for RSA-PSS only, because it cannot sign RS256', async () => {
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
    await expectRefused(() => signerFromPrivateKey(pss), 'invalid_option', /this is a rsa-pss key/)
  })

  it('[CONF-9] rejects an EC CryptoKey and a public CryptoKey', async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ])
    await expectRefused(() => signerFromPrivateKey(privateKey), 'invalid_option', /this is an EC key/)
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const jwk = publicKey.export({ format: 'jwk' })
    const half = await crypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify'])
    await expectRefused(() => signerFromPrivateKey(half), 'invalid_option', /this is a public key/)
  })

  it('[CONF-9] names the option it came from', async () => {
    await expectRefused(
      () => signerFromPrivateKey('-', 'Option "privateKey[1]"'),
      'invalid_option',
      /^Option "privateKey\[1\]"/,
    )
  })

  it('[CONF-9] shows no key material in a message', async () => {
    const secret = bodyOf(pkcs8)
    const forms: unknown[] = [
      pkcs8.slice(0, 700),
      `${secret.slice(0, 600)}!`,
      secret.slice(0, 600),
      JSON.stringify(jwk),
      { ...jwk, n: 5 },
      { ...jwk, alg: 'ES256' },
      { ...jwk, kty: 'EC' },
      pkcs8.replaceAll('PRIVATE', 'SECRET'),
    ]
    for (const form of forms) {
      const error = await refusalOf(() => signerFromPrivateKey(form as PrivateKeyInput))
      const shown = JSON.stringify([error, error.message, error.stack, error.cause])
      for (const member of [jwk.d, jwk.p, jwk.q, jwk.dp, secret.slice(40)])
        expect(shown).not.toContain(member?.slice(0, 16))
    }
  })
})
