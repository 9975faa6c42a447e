import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Provider } from '../../lib/provider/provider.ts'
import {
  json,
  startScriptedServer,
  text,
  type Responder,
  type ScriptedServer,
} from '../support/scripted-server.ts'
import { metadataOf } from '../support/provider-metadata.ts'
import { expectRefused } from '../support/refusal.ts'

const controller = 'did:web:localhost'
const ecJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const rsaJwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })

/** A provider's documents, each at its own path. A test replaces those that it breaks. */
type Documents = Record<string, Responder>

let server: ScriptedServer
let documents: Documents
let provider: Provider

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server = await startScriptedServer((response, request) => documents[request.url]?.(response, request))
  const issuer = `${server.url}/`
  const hour = { 'cache-control': 'max-age=3600' }
  documents = {
    '/.well-known/openid-configuration': json(discovery(), { 'cache-control': 'max-age=86400' }),
    '/jwks': jwks({ ...ecJwk, kid: 'ec' }, { ...rsaJwk, kid: 'rsa' }),
    '/did.json': json(
      { id: controller, assertionMethod: [{ id: `${controller}#k`, publicKeyJwk: ecJwk }] },
      hour,
    ),
  }
  provider = new Provider({
    environment: {
      issuer,
      didDocumentURL: `${issuer}did.json`,
      didController: controller,
      coreIdentityIssuer: `${issuer}identity/`,
      allowInsecureRequests: true,
    },
    timeout: 5,
    serviceURL: 'https://tax-your-dragon.service.gov.uk',
  })
})
afterEach(async () => {
  vi.useRealTimers()
  await server[Symbol.asyncDispose]()
})

function discovery(changes: object = {}) {
  return { ...metadataOf(`${server.url}/`), ...changes }
}

const jwks = (...keys: unknown[]): Responder => json({ keys }, { 'cache-control': 'max-age=86400' })
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
const downloads = () => server.requests.map(({ url }) => url)

describe('the downloads', () => {
  it('[CONF-3] are none when the provider is created', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    expect(downloads()).toEqual([])
  })

  it('[CONF-1, CONF-3] are the discovery document, once, for the endpoints', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => provider.metadata()))
    expect(all[99]).toEqual(discovery())
    expect(downloads()).toEqual(['/.well-known/openid-configuration'])
  })

  it('[CONF-1] have the same address if the issuer ends without a slash', async () => {
    documents['/.well-known/openid-configuration'] = json(discovery({ issuer: server.url }))
    const environment = { issuer: server.url, allowInsecureRequests: true }
    const { issuer } = await new Provider({ environment, timeout: 5 }).metadata()
    expect(issuer).toBe(server.url)
    expect(downloads()).toEqual(['/.well-known/openid-configuration'])
  })

  it('[CONF-1, CONF-3] are the JWKS that discovery names, once, for the keys of tokens', async () => {
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, at) => provider.tokenKey(at % 2 ? 'ec' : 'rsa')),
    )
    expect(new Set(all.map((key) => key?.alg))).toEqual(new Set(['ES256', 'RS256']))
    expect(downloads()).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  it('[CID-3] are only the DID document at the trusted address, once, for the keys of identities', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => provider.identityKey(`${controller}#k`)))
    expect(all[99]?.alg).toBe('ES256')
    expect(downloads()).toEqual(['/did.json'])
  })

  it('[CONF-3] are each document again when it has expired, and not before', async () => {
    const use = async () => {
      await provider.tokenKey('ec')
      await provider.identityKey(`${controller}#k`)
    }
    await use()
    pass(3600)
    await use()
    expect(downloads().slice(3)).toEqual(['/did.json'])
    pass(86_400)
    await use()
    expect(downloads().slice(4).sort()).toEqual(['/.well-known/openid-configuration', '/did.json', '/jwks'])
  })

  it('[CONF-5] have the same User-Agent', async () => {
    await provider.tokenKey('ec')
    await provider.identityKey(`${controller}#k`)
    const agents = server.requests.map(({ headers }) => headers['user-agent'])
    expect(agents).toHaveLength(3)
    expect(new Set(agents).size).toBe(1)
    expect(agents[0]).toMatch(/^[a-z-]+\/\S+ \(https:\/\/tax-your-dragon\.service\.gov\.uk\)$/)
  })
})

describe('the downloads in the background', () => {
  it('[CONF-3] are the discovery document and the JWKS, which a sign-in needs', async () => {
    await provider.warmUp()
    expect(downloads()).toEqual(['/.well-known/openid-configuration', '/jwks'])
    expect(await provider.tokenKey('ec')).toMatchObject({ alg: 'ES256' })
    expect(downloads()).toHaveLength(2)
  })

  it('[CONF-3] are the DID document alone, if a page needs an identity', async () => {
    await provider.warmUpIdentity()
    expect(downloads()).toEqual(['/did.json'])
    expect(await provider.identityKey(`${controller}#k`)).toMatchObject({ alg: 'ES256' })
    expect(downloads()).toHaveLength(1)
  })

  it('[CONF-4, CONF-12] end with the discovery document if it fails, without an error', async () => {
    documents['/.well-known/openid-configuration'] = text('', {}, 503)
    await provider.warmUp()
    expect(downloads()).toEqual(['/.well-known/openid-configuration'])
  })
})

describe('an unknown key', () => {
  it.each([
    ['tokens', '/jwks', () => provider.tokenKey('stranger')],
    ['identities', '/did.json', () => provider.identityKey(`${controller}#stranger`)],
  ])(
    '[IDT-1, CID-2] causes one more download of the keys for %s, and then none for a while',
    async (_what, path, find) => {
      const count = () => downloads().filter((url) => url === path).length
      expect(await find()).toBeUndefined()
      expect(count()).toBe(2)
      pass(29)
      expect(await Promise.all(Array.from({ length: 100 }, find))).toEqual(Array(100).fill(undefined))
      expect(count()).toBe(2)
      pass(1)
      await find()
      expect(count()).toBe(3)
    },
  )

  it('[IDT-1] is found once the provider has published it', async () => {
    await provider.tokenKey('ec')
    documents['/jwks'] = jwks({ ...ecJwk, kid: 'new' })
    expect(await provider.tokenKey('new')).toMatchObject({ alg: 'ES256' })
    expect(await provider.tokenKey('ec')).toBeUndefined()
  })

  it('[CID-2] is found once the DID document has it', async () => {
    await provider.identityKey(`${controller}#k`)
    documents['/did.json'] = json({
      id: controller,
      assertionMethod: [{ id: `${controller}#new`, publicKeyJwk: ecJwk }],
    })
    expect(await provider.identityKey(`${controller}#new`)).toMatchObject({ alg: 'ES256' })
  })

  it('[IDT-1, CID-3] does not cause a download of the other document', async () => {
    expect(await provider.tokenKey(`${controller}#k`)).toBeUndefined()
    expect(await provider.identityKey('ec')).toBeUndefined()
  })
})

describe('an outage', () => {
  it('[CONF-4] keeps the known keys and endpoints in use', async () => {
    await provider.tokenKey('ec')
    await provider.identityKey(`${controller}#k`)
    documents = {}
    for (const path of ['/.well-known/openid-configuration', '/jwks', '/did.json'])
      documents[path] = text('', {}, 503)
    pass(86_400 * 7)
    expect(await provider.tokenKey('ec')).toMatchObject({ alg: 'ES256' })
    expect(await provider.identityKey(`${controller}#k`)).toMatchObject({ alg: 'ES256' })
    expect(await provider.metadata()).toEqual(discovery())
  })

  it('[CONF-4] names the document in its message', async () => {
    documents['/.well-known/openid-configuration'] = text('', {}, 503)
    await expectRefused(provider.metadata(), 'provider_unreachable', /One Login's discovery document: http/)
  })

  it('[CONF-4] of the DID document does not touch sign-in', async () => {
    documents['/did.json'] = text('', {}, 503)
    await expectRefused(provider.identityKey(`${controller}#k`), 'provider_unreachable', /DID document/)
    expect(await provider.tokenKey('ec')).toMatchObject({ alg: 'ES256' })
  })

  it('[CONF-4] at the start ends by itself', async () => {
    const good = documents['/jwks'] ?? text('')
    documents['/jwks'] = text('', {}, 503)
    await expectRefused(provider.tokenKey('ec'), 'provider_unreachable', /JWKS/)
    documents['/jwks'] = good
    expect(await provider.tokenKey('ec')).toMatchObject({ alg: 'ES256' })
  })
})

describe('an unusable document', () => {
  it.each([
    ['another issuer', { issuer: 'https://oidc.account.gov.uk/' }],
    ['a plain http endpoint', { token_endpoint: 'http://op.example/token' }],
    ['no endpoint', { userinfo_endpoint: undefined }],
  ])('[CONF-1, CONF-8] never replaces the discovery document: %s', async (_what, changes) => {
    await provider.metadata()
    documents['/.well-known/openid-configuration'] = json(discovery(changes))
    pass(86_400)
    expect(await provider.metadata()).toEqual(discovery())
  })

  it.each([
    ['no keys', { keys: [] }],
    ['only unusable keys', { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'ec' }] }],
    ['only keys without kid', { keys: [ecJwk] }],
    ['keys that are not a list', { keys: { ec: ecJwk } }],
    ['something else', { error: 'busy' }],
  ])('[CONF-8] never replaces the JWKS: %s', async (_what, content) => {
    await provider.tokenKey('ec')
    documents['/jwks'] = json(content)
    pass(86_400)
    expect(await provider.tokenKey('ec')).toMatchObject({ alg: 'ES256' })
  })

  it.each([
    ['no keys', { id: controller, assertionMethod: [] }],
    [
      'another controller',
      { id: 'did:web:attacker.example', assertionMethod: [{ id: 'did:web:attacker.example#k' }] },
    ],
  ])('[CONF-8, CID-2] never replaces the DID document: %s', async (_what, content) => {
    await provider.identityKey(`${controller}#k`)
    documents['/did.json'] = json(content)
    pass(3600)
    expect(await provider.identityKey(`${controller}#k`)).toMatchObject({ alg: 'ES256' })
  })

  it('[CONF-8] is rejected at the start, with the reason', async () => {
    documents['/jwks'] = json({ keys: [] })
    await expectRefused(provider.tokenKey('ec'), 'provider_document_unusable', /JWKS .* has no usable key/)
    documents['/jwks'] = json({})
    await expectRefused(provider.tokenKey('ec'), 'provider_document_unusable', /it is not a JSON Web Key Set/)
  })
})

it('[CONF-8] with one odd key in the JWKS keeps the others in use', async () => {
  documents['/jwks'] = jwks(
    { kid: 'odd', kty: 'EC' },
    { kty: 'RSA' },
    { kid: 'none' },
    { kid: 7, kty: 'EC' },
    'no key',
    { ...ecJwk, kid: 'ec' },
  )
  expect(await provider.tokenKey('ec')).toMatchObject({ alg: 'ES256' })
})
