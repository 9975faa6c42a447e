import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readDidDocument } from '../../lib/provider/did-document.ts'

const controller = 'did:web:identity.integration.account.gov.uk'
const publicKeyJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const rsaJwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
const method = (name: string) => ({
  type: 'JsonWebKey',
  id: `${controller}#${name}`,
  controller,
  publicKeyJwk,
})

const read = (changes: object = {}) =>
  readDidDocument(
    {
      '@context': ['https://www.w3.org/ns/did/v1'],
      id: controller,
      assertionMethod: [method('a')],
      ...changes,
    },
    controller,
  )

describe('a DID document', () => {
  it('[CID-2] returns the keys of its assertionMethod by their whole ID', () => {
    const keys = read({ assertionMethod: [method('a'), method('b')] })
    expect([...keys].map(([kid, { alg }]) => [kid, alg])).toEqual([
      [`${controller}#a`, 'ES256'],
      [`${controller}#b`, 'ES256'],
    ])
  })

  it.each(['controller', 'type'])('[CID-13] returns a key whose %s is null', (member) => {
    expect(read({ assertionMethod: [{ ...method('a'), [member]: null }] }).size).toBe(1)
  })

  it.each(['alg', 'use', 'kid', 'key_ops'])('[CID-13] returns a key whose JWK has null for %s', (member) => {
    const entry = { ...method('a'), publicKeyJwk: { ...publicKeyJwk, [member]: null } }
    expect(read({ assertionMethod: [entry] }).size).toBe(1)
  })

  it.each(['did:web:identity.account.gov.uk', `${controller}.attacker.example`, `${controller}#a`, ''])(
    '[CID-2, CONF-8] is rejected if its id is %j',
    (id) => {
      expect(() => read({ id })).toThrow(`its "id" is not ${controller}`)
    },
  )

  it.each([
    ['another DID', { id: 'did:web:attacker.example#a' }],
    ['a DID that starts like the controller', { id: `${controller}.attacker.example#a` }],
    ['the controller without a fragment', { id: controller }],
    ['a fragment alone', { id: '#a' }],
    ['no text', { id: 5 }],
  ])('[CID-2] returns no key whose id is %s', (_what, change) => {
    const keys = read({ assertionMethod: [{ ...method('odd'), ...change }, method('good')] })
    expect([...keys.keys()]).toEqual([`${controller}#good`])
  })

  it('[CID-2] returns no key of another controller', () => {
    const odd = { ...method('odd'), controller: 'did:web:attacker.example' }
    expect([...read({ assertionMethod: [odd, method('good')] }).keys()]).toEqual([`${controller}#good`])
  })

  it('[CID-2] returns a key that names no controller', () => {
    const { controller: _, ...without } = method('a')
    expect(read({ assertionMethod: [without] }).size).toBe(1)
  })

  it('[CID-2] returns no key from elsewhere in the document', () => {
    const keys = read({ verificationMethod: [method('elsewhere')], authentication: [method('other')] })
    expect([...keys.keys()]).toEqual([`${controller}#a`])
  })

  it.each([
    ['an RSA key', { ...method('odd'), publicKeyJwk: rsaJwk }],
    ['a damaged key', { ...method('odd'), publicKeyJwk: { kty: 'EC' } }],
    ['no key', { ...method('odd'), publicKeyJwk: undefined }],
    ['a reference', `${controller}#odd`],
    ['null', null],
  ])('[CID-1] leaves out %s, and returns the others', (_what, odd) => {
    expect([...read({ assertionMethod: [odd, method('good')] }).keys()]).toEqual([`${controller}#good`])
  })

  it.each([
    ['an empty list', []],
    ['only unusable keys', [{ ...method('odd'), publicKeyJwk: rsaJwk }]],
    ['a kid twice and nothing else', [method('a'), method('a')]],
  ])('[CONF-8] is rejected if its assertionMethod is %s', (_what, assertionMethod) => {
    expect(() => read({ assertionMethod })).toThrow('it has no usable key')
  })

  it.each([null, [], 'text', {}, { id: controller }, { id: controller, assertionMethod: {} }])(
    '[CONF-8] is not %j',
    (json) => {
      expect(() => readDidDocument(json, controller)).toThrow('it is not a DID document')
    },
  )
})
