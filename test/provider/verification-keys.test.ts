import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { JWK } from 'jose'
import { compactVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { importVerificationKeys, type VerificationAlgorithm } from '../../lib/provider/verification-keys.ts'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ecJwk = ec.publicKey.export({ format: 'jwk' }) as JWK
const rsaJwk = rsa.publicKey.export({ format: 'jwk' }) as JWK

const rsaJwkOf = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }) as JWK

const read = (jwks: readonly JWK[], algorithms: readonly VerificationAlgorithm[] = ['ES256', 'RS256']) =>
  importVerificationKeys(
    jwks.map((jwk, at) => ({ kid: jwk.kid ?? `key-${at}`, jwk })),
    algorithms,
  )

describe('keys of the provider', () => {
  it('[IDT-1] are found by their kid, each with its one algorithm', () => {
    const keys = read([
      { ...ecJwk, kid: 'ec' },
      { ...rsaJwk, kid: 'rsa' },
    ])
    expect([...keys].map(([kid, { alg }]) => [kid, alg])).toEqual([
      ['ec', 'ES256'],
      ['rsa', 'RS256'],
    ])
  })

  it('[IDT-1] have the kind in "kty", whatever other members they have', () => {
    const keys = read([{ ...rsaJwk, crv: 'P-256', kid: 'rsa' }])
    expect(keys.get('rsa')?.alg).toBe('RS256')
  })

  it('[IDT-1] verify what was signed with them', async () => {
    const keys = read([{ ...ecJwk, kid: 'ec' }])
    const header = Buffer.from(JSON.stringify({ alg: 'ES256' })).toString('base64url')
    const payload = Buffer.from(createHash('sha256').digest()).toString('base64url')
    const key = { key: ec.privateKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = sign('sha256', Buffer.from(`${header}.${payload}`), key).toString('base64url')
    const found = keys.get('ec')
    if (!found) throw new Error('The key is not there.')
    await expect(compactVerify(`${header}.${payload}.${signature}`, found.key)).resolves.toBeDefined()
  })

  it('[IDT-1] are left out if 2 have the same kid', () => {
    const keys = read([
      { ...ecJwk, kid: 'same' },
      { ...rsaJwk, kid: 'same' },
      { ...rsaJwk, kid: 'other' },
    ])
    expect([...keys.keys()]).toEqual(['other'])
  })

  it.each<[string, JWK]>([
    ['named for another algorithm', { ...ecJwk, alg: 'ES384' }],
    ['RSA, named for PSS', { ...rsaJwk, alg: 'PS256' }],
    ['for encryption', { ...rsaJwk, use: 'enc' }],
    ['for something else', { ...ecJwk, use: 'tls' }],
    ['for signatures in another spelling', { ...ecJwk, use: 'SIG' }],
    ['private', ec.privateKey.export({ format: 'jwk' })],
    ['RSA and private', rsa.privateKey.export({ format: 'jwk' })],
    [
      'on another curve',
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
    ],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
    ['RSA of 1024 bits', rsaJwkOf(1024)],
    ['RSA of 2047 bits', rsaJwkOf(2047)],
    ['secret', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }],
    ['damaged', { ...ecJwk, x: 'AA' }],
    ['incomplete', { kty: 'RSA', e: 'AQAB' }],
    ['of no kind', {}],
  ])('[IDT-1, IDT-2] are left out if they are %s, and the others stay', (_what, jwk) => {
    const keys = read([
      { ...jwk, kid: 'odd' },
      { ...ecJwk, kid: 'good' },
    ])
    expect([...keys.keys()]).toEqual(['good'])
  })

  it.each([
    ['ES256', ['key-0']],
    ['RS256', ['key-1']],
  ] as const)('[CID-1] are left out if they are not for %s, the only accepted algorithm', (alg, kids) => {
    expect([...read([ecJwk, rsaJwk], [alg]).keys()]).toEqual(kids)
  })

  it('[IDT-1] can have a "use"', () => {
    const keys = read([
      { ...ecJwk, use: 'sig', alg: 'ES256' },
      { ...rsaJwk, use: 'sig', alg: 'RS256' },
    ])
    expect(keys.size).toBe(2)
  })
})
