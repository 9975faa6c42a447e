import { MemoryStore } from 'express-session'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { OneLoginOptions, Verify } from '../../lib/index.ts'
import { startPair } from '../support/simulator.ts'

const claims = ['address', 'passport', 'drivingPermit', 'returnCode'] as const

/** The content of a store after a user has signed in, proven an identity and started another sign-in. */
async function storedAfterIdentity(verify?: Verify, session?: OneLoginOptions['session']) {
  const store = new MemoryStore() as MemoryStore & { readonly sessions: Readonly<Record<string, string>> }
  await using pair = await startPair({
    store,
    ...(verify && { verify }),
    options: { claims: [...claims], ...(session && { session }) },
  })
  pair.op.respondWith({ user: 'typical' })
  const browser = pair.browser()
  expect(await browser.visit(`${pair.service.url}/identity`)).toMatchObject({ status: 200 })
  await browser.visit(`${pair.service.url}/sign-in?returnTo=/account`, { stopAt: true })
  const text = Object.values(store.sessions)
  const records = text.map((record) => JSON.parse(record) as Record<string, unknown>)
  const signedIn = records.find((record) => 'passport' in record)
  if (!signedIn) throw new Error('Nobody has signed in.')
  return {
    signedIn,
    others: records.filter((record) => record !== signedIn),
    text: text.join('\n'),
    op: pair.op,
  }
}

/** The names of all members of a record. The cookie is express-session's. */
function membersOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value) && value.length > 0)
    return [...new Set(value.flatMap((item) => membersOf(item, `${path}[]`)))]
  if (typeof value !== 'object' || value === null || Array.isArray(value) || path === 'cookie') return [path]
  return Object.entries(value).flatMap(([name, member]) => membersOf(member, path ? `${path}.${name}` : name))
}

/** The members of this package's entry in a session. */
const entry = [
  ...['kind', 'issuer', 'clientId', 'session', 'user'],
  ...['sub', 'idToken', 'issuedAt', 'level', 'authTime', 'id', 'sentAt', 'startedAt', 'completedAt'].map(
    (name) => `signedIn.${name}`,
  ),
  ...['proven', 'level', 'claims[]', 'returnCodes'].map((name) => `signedIn.identity.${name}`),
  ...['state', 'returnTo', 'at'].map((name) => `signedIn.callbacks[].${name}`),
]

/** The members of `req.user` without a verify callback. */
const user = [
  ...['sub', 'email', 'emailVerified'],
  ...['level', 'time', 'sid'].map((name) => `authentication.${name}`),
  ...['proven', 'level', 'returnCodes', 'birthDate', 'otherBirthDates', 'previousNames'].map(
    (name) => `identity.${name}`,
  ),
  ...['full', 'parts[].type', 'parts[].value'].map((name) => `identity.name.${name}`),
  ...[
    'addressCountry',
    'addressLocality',
    'buildingNumber',
    'postalCode',
    'streetName',
    'uprn',
    'validFrom',
  ].map((name) => `identity.addresses[].${name}`),
  ...['documentNumber', 'expiryDate', 'icaoIssuerCode'].map((name) => `identity.passports[].${name}`),
]

/** The members of the record of a waiting sign-in. */
const waiting = [
  ...['cookie', 'issuer', 'clientId', 'browser', 'vtr[]', 'nonce', 'codeVerifier', 'sentAt'],
  ...['sub', 'startedFrom', 'returnTo'],
]

const asText = (names: readonly string[]) => [...names].sort().join(' ')

/** The entry of the client in a session, without its name. */
function entryOf({ oneLogin }: Record<string, unknown>): unknown {
  const [only, ...further] = Object.values(oneLogin as Record<string, unknown>)
  expect(further).toEqual([])
  return only
}

describe('after a sign-in with an identity', () => {
  it('[CID-6] the session holds only these members of this package', async () => {
    const { signedIn } = await storedAfterIdentity(() => ({ id: 'local-user' }))
    expect(Object.keys(signedIn).sort()).toEqual(['cookie', 'oneLogin', 'passport'])
    expect(signedIn.passport).toEqual({ user: { id: 'local-user' } })
    expect(asText(membersOf(entryOf(signedIn)))).toBe(asText(entry))
  })

  it('[CID-6] the user of a service without a verify callback has only these members', async () => {
    const { signedIn } = await storedAfterIdentity()
    expect(asText(membersOf((signedIn.passport as { user: unknown }).user))).toBe(asText(user))
  })

  it.each([
    ['with an account of the service', () => ({ id: 'local-user' })],
    ['with what One Login returned', undefined],
  ] as const)('[CID-6] [SESS-9] the store holds one token, the ID token: %s', async (_what, verify) => {
    const { text, op } = await storedAfterIdentity(verify, { idle: '30m' })
    const tokens = [...new Set(text.match(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g))]
    expect(tokens.map((token) => decodeJwt(token).iss)).toEqual([op.issuer])
    expect(text).not.toMatch(
      /credentialSubject|VerifiableCredential|https:\/\/vocab\.account\.gov\.uk|access_token/,
    )
  })

  it('[CID-6] the other records hold only these members', async () => {
    const { others } = await storedAfterIdentity(undefined, { idle: '30m' })
    const known = [waiting, ['cookie', 'lastSeenAt'], ['cookie', 'sub', 'id']].map(asText)
    const shapes = others.map((record) => asText(membersOf(record)))
    for (const shape of shapes) expect(known).toContain(shape)
    expect(shapes).toContain(asText(waiting))
    expect(shapes).toContain('cookie lastSeenAt')
  })
})
