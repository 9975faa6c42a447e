import { describe, expect, it } from 'vitest'
import type { OneLoginErrorCode } from '../../lib/index.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'
import { expectIdentityRefused, signInAt, startAttackedService } from '../support/attacked-service.ts'
import { Browser } from '../support/browser.ts'
import { compact, es256, honest, type Draft } from '../support/forged-tokens.ts'
import { ecKey, type Content, type HostileProvider } from '../support/hostile-provider.ts'
import { startPair } from '../support/simulator.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const mallory = ecKey('mallory-key')
const coreIdentityClaim = 'https://vocab.account.gov.uk/v1/coreIdentityJWT'

const withClaims =
  (claims: (claims: Draft['claims']) => object) =>
  (draft: Draft): string =>
    honest({ ...draft, claims: { ...draft.claims, ...claims(draft.claims) } })

/** A core identity that is valid except for its names. */
const withNameParts = (nameParts: unknown) =>
  withClaims(() => ({
    vc: { credentialSubject: { name: [{ nameParts }], birthDate: [{ value: '1970-01-01' }] } },
  }))

describe('a core identity', () => {
  it.each<[what: string, code: OneLoginErrorCode, claims: (claims: Draft['claims']) => object]>([
    ['[CID-4] of another person', 'core_identity_invalid', () => ({ sub: 'urn:fdc:gov.uk:2022:victim' })],
    ['[CID-4] without a subject', 'core_identity_invalid', () => ({ sub: undefined })],
    ['[CID-4] of a list of people', 'core_identity_invalid', ({ sub }) => ({ sub: [sub] })],
    ['[CID-4] of another service', 'core_identity_invalid', () => ({ aud: 'another-service' })],
    ['[CID-4] of two services', 'core_identity_invalid', ({ aud }) => ({ aud: [aud, 'another-service'] })],
    ['[CID-4] without an audience', 'core_identity_invalid', () => ({ aud: [] })],
    [
      '[CID-4] that has expired',
      'core_identity_invalid',
      () => ({ iat: nowInSeconds() - 900, exp: nowInSeconds() - 600 }),
    ],
    ['[CID-4] that never expires', 'core_identity_invalid', () => ({ exp: undefined })],
    ['[CID-4] that is not valid yet', 'core_identity_invalid', () => ({ nbf: nowInSeconds() + 600 })],
    ['[CID-4] that was issued tomorrow', 'core_identity_invalid', () => ({ iat: nowInSeconds() + 86_400 })],
    ['[CID-4] of another issuer', 'core_identity_invalid', () => ({ iss: 'https://identity.example/' })],
    ['[CID-5] at P1, where P2 is needed', 'identity_level_too_low', () => ({ vot: 'P1' })],
    ['[CID-5] at P0, where P2 is needed', 'identity_level_too_low', () => ({ vot: 'P0' })],
    ['[CID-5] at no level', 'core_identity_invalid', () => ({ vot: undefined })],
    ['[CID-5] at a list of levels', 'core_identity_invalid', () => ({ vot: ['P2'] })],
    ['[CID-5] at a level with a space', 'core_identity_invalid', () => ({ vot: 'P2 ' })],
    ['[CID-5] at a whole vector', 'core_identity_invalid', () => ({ vot: 'Cl.Cm.P2' })],
    ['[CID-5] at the level p2', 'core_identity_invalid', () => ({ vot: 'p2' })],
    ['[CID-5] at an unknown level', 'core_identity_invalid', () => ({ vot: 'P9' })],
    ['[CID-5] at the level __proto__', 'core_identity_invalid', () => ({ vot: '__proto__' })],
  ])('%s is rejected', async (_what, code, claims) => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = withClaims(claims)
    await expectIdentityRefused(attacked, code)
  })

  it('[CID-4] that was issued to another user of the same service is rejected', async () => {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    let stolen = ''
    provider.sub = 'urn:fdc:gov.uk:2022:victim'
    provider.coreIdentity = (draft) => (stolen = honest(draft))
    await signInAt(service, '/identity')
    provider.sub = 'urn:fdc:gov.uk:2022:mallory'
    provider.coreIdentity = () => stolen
    await expectIdentityRefused(attacked)
  })

  it('[AUTHZ-14] that was not requested proves nothing, neither to a guarded page nor in req.user', async () => {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    let asked = 0
    provider.userinfo = (claims) => ({ ...claims, [coreIdentityClaim]: 'a.b.c' })
    provider.callback = () => asked++
    const { code, user } = await signInAt(service)
    expect(code).toBe('accepted')
    expect(user).not.toHaveProperty('identity')
    expect((await signInAt(service, '/identity')).code).toBe('core_identity_invalid')
    expect(asked).toBe(3)
  })

  it('[CID-7] that is missing opens no page that needs one', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.userinfo = (claims) => ({ ...claims, [coreIdentityClaim]: undefined })
    const { code, status, user } = await signInAt(attacked.service, '/identity')
    expect({ code, status }).toEqual({ code: 'identity_not_proven', status: 403 })
    expect(user?.identity).toEqual({ proven: false, returnCodes: [] })
  })

  it('[CID-5] at P1, for a page that requested P1, opens no page that needs P2', async () => {
    await using attacked = await startAttackedService(
      {},
      {
        routes: (app, oneLogin) =>
          app.get('/p1', oneLogin.requireIdentity({ level: 'P1' }), (_req, res) => void res.send('the page')),
      },
    )
    const { provider, service } = attacked
    provider.coreIdentity = withClaims(() => ({ vot: 'P1' }))
    const browser = new Browser()
    expect((await browser.visit(`${service.url}/p1`)).body).toBe('the page')
    expect((await signInAt(service, '/identity', browser)).code).toBe('identity_level_too_low')
  })
})

describe('the DID document', () => {
  const attacks: Readonly<Record<string, (did: Content, provider: HostileProvider) => Content>> = {
    'of another controller': (did) => ({ ...did, id: 'did:web:identity.example' }),
    'of a controller whose name starts with the trusted one': (did) => ({
      ...did,
      id: `${String(did.id)}.example`,
    }),
    'of a list of controllers': (did) => ({ ...did, id: [did.id] }),
    'whose key belongs to another controller': (did) =>
      withMethod(did, { controller: 'did:web:other.example' }),
    'whose key has the name of another controller': (did) =>
      withMethod(did, { id: 'did:web:other.example#identity-key' }),
    'whose key is not for assertions': ({ assertionMethod, ...did }) => ({
      ...did,
      verificationMethod: assertionMethod,
      authentication: assertionMethod,
      keyAgreement: assertionMethod,
      assertionMethod: [],
    }),
    'whose assertion method is a reference to elsewhere': (did, { keys }) => ({
      ...did,
      verificationMethod: did.assertionMethod,
      assertionMethod: [keys.identity.kid],
    }),
    'whose key is an RSA key': (did, { keys }) => withMethod(did, { publicKeyJwk: keys.rsa.jwk }),
    'whose key is private': (did, { keys }) =>
      withMethod(did, { publicKeyJwk: keys.identity.privateKey.export({ format: 'jwk' }) }),
  }

  it.each(Object.entries(attacks))('[CID-2] %s proves nothing', async (_what, attack) => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    provider.documents.did = attack(provider.documents.did, provider)
    await expectIdentityRefused(attacked, 'provider_document_unusable')
  })

  it.each<[what: string, kid: (host: string) => string]>([
    ['did:web', (host) => `did:web:${encodeURIComponent(host)}#mallory-key`],
    ['did:web with a path', (host) => `did:web:${encodeURIComponent(host)}:users:mallory#mallory-key`],
    ['an address', (host) => `http://${host}/did.json#mallory-key`],
    ['did:key', () => 'did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv#mallory-key'],
  ])('[CID-3] is never downloaded from an address in a token: %s', async (_what, kid) => {
    await using recorder = await startScriptedServer(
      json({
        id: 'did:web:mallory',
        assertionMethod: [{ id: 'mallory-key', publicKeyJwk: mallory.jwk }],
        keys: [mallory.jwk],
      }),
    )
    await using attacked = await startAttackedService()
    const { host } = new URL(recorder.url)
    attacked.provider.coreIdentity = ({ header, claims }) =>
      compact(
        { ...header, kid: kid(host), jku: `${recorder.url}/jwks`, x5u: `${recorder.url}/chain` },
        { ...claims, iss: kid(host).split('#')[0] },
        es256(mallory.privateKey),
      )
    await expectIdentityRefused(attacked)
    expect(recorder.requests).toEqual([])
    const fetched = new Set(attacked.provider.requests.map(({ url }) => url.split('?')[0]))
    expect([...fetched].filter((url) => url?.includes('did'))).toEqual([])
  })

  it('[CID-2] is downloaded once more for an unknown key, and then not for a while', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    provider.coreIdentity = (draft) =>
      honest({ ...draft, header: { ...draft.header, kid: `${provider.didController}#invented` } })
    for (let n = 0; n < 4; n++) await expectIdentityRefused(attacked, 'core_identity_key_unknown')
    expect(provider.requests.filter(({ url }) => url === '/did.json')).toHaveLength(2)
  })
})

describe('the parts of a name', () => {
  const markup = '<script>alert(document.cookie)</script>"\'&amp;{{7*7}}${7*7}\r\nSet-Cookie: a=b'

  it('[CID-8] with markup stay unchanged text, and appear in no header', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = withNameParts([{ type: 'GivenName', value: markup }])
    const browser = new Browser()
    const page = await browser.visit(`${attacked.service.url}/identity`)
    const { identity } = JSON.parse(page.body) as { identity: unknown }
    expect(identity).toMatchObject({
      name: { full: markup, parts: [{ type: 'GivenName', value: markup }] },
    })
    expect(JSON.stringify(page.headers)).not.toMatch(/script|7\*7|a=b/)
  })

  it('[CID-12] are rejected in bounded time if there are 10,000', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = withNameParts(Array(10_000).fill({ type: 'GivenName', value: 'A' }))
    const begin = performance.now()
    await expectIdentityRefused(attacked, 'identity_claim_invalid')
    expect(performance.now() - begin).toBeLessThan(5000)
  })

  it.each<[what: string, parts: unknown]>([
    ['an object like a list', { 0: { type: 'GivenName', value: 'A' }, length: 1 }],
    ['a text that is an object', [{ type: 'GivenName', value: { toString: 'A' } }]],
    ['of a type that every object has', [{ type: 'constructor', value: 'A' }]],
    ['none', []],
  ])('[CID-12] are rejected if they are %s', async (_what, parts) => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = withNameParts(parts)
    await expectIdentityRefused(attacked, 'identity_claim_invalid')
  })

  it('[CID-8] that are prototype keys change no object', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = ({ header, claims, key }) => {
      const text = JSON.stringify(claims).replace(
        '"credentialSubject":{',
        '"credentialSubject":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
      )
      return compact(header, text, es256(key))
    }
    const { code, user } = await signInAt(attacked.service, '/identity')
    expect(code).toBe('accepted')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(JSON.stringify(user)).not.toContain('polluted')
  })
})

describe('userinfo', () => {
  it.each<[what: string, change: (claims: Content) => unknown]>([
    ['of another person', (claims) => ({ ...claims, sub: 'urn:fdc:gov.uk:2022:victim' })],
    ['of nobody', (claims) => ({ ...claims, sub: undefined })],
    ['of a list of people', (claims) => ({ ...claims, sub: [claims.sub] })],
    ['of a person in capital letters', (claims) => ({ ...claims, sub: String(claims.sub).toUpperCase() })],
    ['with 2 people, the right one first', (claims) => twoSubjects(claims)],
  ])('[UI-1] %s signs no user in', async (_what, change) => {
    await using attacked = await startAttackedService()
    attacked.provider.userinfo = change
    const { code, user } = await signInAt(attacked.service)
    expect({ code, user }).toEqual({ code: 'userinfo_invalid', user: null })
  })
})

describe('a step-up', () => {
  it('[CID-4] that returns another person signs no user in, and proves nothing', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    pair.op.respondWith({ user: 'typical' })
    await browser.visit(`${pair.service.url}/account`)
    pair.op.respondWith({ user: 'many-given-names' })
    const page = await browser.visit(`${pair.service.url}/identity`)
    expect(page).toMatchObject({ status: 403, body: expect.stringContaining('subject_mismatch') as string })
    expect((await browser.visit(`${pair.service.url}/whoami`)).body).toBe('null')
  })
})

function withMethod(did: Content, members: object): Content {
  const [method] = did.assertionMethod as object[]
  return { ...did, assertionMethod: [{ ...method, ...members }] }
}

function twoSubjects(claims: Content): string {
  return `${JSON.stringify(claims).slice(0, -1)},"sub":"urn:fdc:gov.uk:2022:victim"}`
}
