import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signerFromPrivateKey } from '../../lib/options/private-key.ts'

const made = new Map<number, KeyObject>()

/** A key of each length, created once because that takes long. */
function privateKey(modulusLength: number): KeyObject {
  const key = made.get(modulusLength) ?? generateKeyPairSync('rsa', { modulusLength }).privateKey
  made.set(modulusLength, key)
  return key
}

const forms: readonly [form: string, of: (key: KeyObject) => Parameters<typeof signerFromPrivateKey>[0]][] = [
  ['KeyObject', (key) => key],
  ['PKCS#8 PEM', (key) => key.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ['PKCS#1 PEM', (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['JWK', (key) => key.export({ format: 'jwk' })],
]

describe.each(forms)('a private key as %s', (_form, of) => {
  it.each([512, 1024, 1536, 2040, 2047])(
    '[KEY-1] is rejected with %i bits, which the message names',
    (bits) => {
      expect(() => signerFromPrivateKey(of(privateKey(bits)))).toThrow(new RegExp(`\\b${bits} bits\\b`))
    },
  )

  it.each([2048, 2049])('[KEY-1] is accepted with %i bits', (bits) => {
    expect(signerFromPrivateKey(of(privateKey(bits))).alg).toBe('RS256')
  })
})
