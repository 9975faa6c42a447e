import { createHash } from 'node:crypto'
import { MemoryStore } from 'express-session'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SignInSettings } from '../../lib/options/sign-in-options.ts'
import { RecordStore } from '../../lib/session/record-store.ts'
import { WaitingSignIns } from '../../lib/session/waiting-sign-ins.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { parseVectors } from '../../lib/vectors-of-trust.ts'

const signIn: SignInSettings = { trust: parseVectors(['Cl.Cm']), claims: [] }
const lifetime = 7200
const client = { issuer: 'https://op.example/', clientId: 'tax-your-dragon' }

function setUp() {
  const store = new MemoryStore()
  const records = new RecordStore(store, 5)
  const waiting = new WaitingSignIns(client, lifetime)
  return { store, records, waiting }
}

async function started(settings = signIn) {
  const parts = setUp()
  const transaction = createTransaction(settings)
  const secret = await parts.waiting.save(parts.records, transaction)
  return { ...parts, transaction, secret, state: transaction.state }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a sign-in that waits', () => {
  it('[CB-1] is found by its state and the secret of its browser, once', async () => {
    const { waiting, records, transaction, state, secret } = await started()
    expect(await waiting.consume(records, state, secret)).toEqual(transaction)
    expect(await waiting.consume(records, state, secret)).toBeUndefined()
  })

  it('[AUTHZ-2] has everything that was requested', async () => {
    const { waiting, records, transaction, state, secret } = await started({
      trust: parseVectors(['Cl.Cm.P2']),
      claims: ['coreIdentityJWT', 'address'],
      maxAge: 0,
      prompt: 'login',
      returnTo: '/dragons?a=b',
      state: { basket: [5, null] },
    })
    expect(await waiting.consume(records, state, secret)).toEqual(transaction)
  })

  it.each(['', 'another', 'a'.repeat(32)])(
    '[CB-1] is not found with the secret "%s", and stays',
    async (other) => {
      const { waiting, records, transaction, state, secret } = await started()
      expect(await waiting.consume(records, state, other)).toBeUndefined()
      expect(await waiting.consume(records, state, secret)).toEqual(transaction)
    },
  )

  it.each([
    { ...client, issuer: 'https://oidc.integration.account.gov.uk/' },
    { ...client, clientId: 'another' },
  ])('[CB-14] is not found by the client %o of the same store', async (other) => {
    const { records, state, secret } = await started()
    expect(await new WaitingSignIns(other, lifetime).consume(records, state, secret)).toBeUndefined()
  })

  it.each([
    { ...client, clientId: 'another' },
    { ...client, issuer: 'https://oidc.integration.account.gov.uk/' },
  ])('[CB-14] is not found by the client %o, even under its key', async (another) => {
    const { store, records, state, secret } = await started()
    const [record] = Object.values((store as unknown as { sessions: object }).sessions) as string[]
    const other = new WaitingSignIns(another, lifetime)
    const get = vi.spyOn(store, 'get')
    get.mockImplementation((_id, done) => done(null, JSON.parse(record ?? '') as never))
    expect(await other.consume(records, state, secret)).toBeUndefined()
  })

  it('[CB-1] is found just before its lifetime is over, and not after', async () => {
    const first = await started()
    vi.setSystemTime(Date.now() + (lifetime - 1) * 1000)
    expect(await first.waiting.consume(first.records, first.state, first.secret)).toBeDefined()
    const second = await started()
    vi.setSystemTime(Date.now() + lifetime * 1000)
    expect(await second.waiting.consume(second.records, second.state, second.secret)).toBeUndefined()
  })

  it('[CB-1] is not found after its lifetime in a store that keeps it longer', async () => {
    const { store, waiting, records, state, secret } = await started()
    const [record] = Object.values((store as unknown as { sessions: object }).sessions) as string[]
    vi.spyOn(store, 'get').mockImplementation((_id, done) => done(null, JSON.parse(record ?? '') as never))
    vi.setSystemTime(Date.now() + lifetime * 1000)
    expect(await waiting.consume(records, state, secret)).toBeUndefined()
  })

  it('[CB-13] is found among others that start and finish at the same time', async () => {
    const { waiting, records } = setUp()
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const transaction = createTransaction(signIn)
        return { transaction, secret: await waiting.save(records, transaction) }
      }),
    )
    const found = await Promise.all(
      all.map(({ transaction, secret }) => waiting.consume(records, transaction.state, secret)),
    )
    expect(found).toEqual(all.map(({ transaction }) => transaction))
  })

  it('[CB-1] is found by one of two callbacks that arrive at once', async () => {
    const { waiting, records, state, secret } = await started()
    const found = await Promise.all([1, 2, 3].map(() => waiting.consume(records, state, secret)))
    expect(found.filter((transaction) => transaction !== undefined)).toHaveLength(1)
  })

  it.each([
    ['nothing', {}],
    ['other types', { nonce: 5 }],
    ['a vector of trust that does not exist', { vtr: ['P9'] }],
    ['no vector of trust', { vtr: [] }],
    ['a shorter hash of the secret', { browser: 'short' }],
    ['no hash of the secret', { browser: '' }],
  ])('[CB-1] is not found if its record holds %s', async (_what, members) => {
    const { store, waiting, records, state, secret } = await started()
    const [record] = Object.values((store as unknown as { sessions: object }).sessions) as string[]
    const changed = { ...(Object.keys(members).length > 0 && JSON.parse(record ?? '')), ...members } as never
    vi.spyOn(store, 'get').mockImplementation((_id, done) => done(null, changed))
    expect(await waiting.consume(records, state, secret)).toBeUndefined()
  })

  it('[AUTHZ-2, SESS-9] keeps neither its state nor the secret of its browser in the store', async () => {
    const { store, state, secret } = await started()
    const stored = JSON.stringify((store as unknown as { sessions: object }).sessions)
    expect(stored).not.toContain(state)
    expect(stored).not.toContain(secret)
  })

  it('[CB-13] is stored in the same way in each release, so that instances of two releases share it', async () => {
    const { store, state, secret } = await started()
    const [[key, record] = ['', '{}']] = Object.entries(
      (store as unknown as { sessions: Record<string, string> }).sessions,
    )
    const parts = JSON.stringify(['sign-in', client.issuer, client.clientId, state])
    expect(key).toBe(createHash('sha256').update(parts).digest('hex').slice(0, 32))
    const stored = JSON.parse(record) as object
    expect(stored).toMatchObject({
      ...client,
      browser: createHash('sha256').update(secret).digest('base64url'),
      vtr: ['Cl.Cm'],
    })
    expect(stored).not.toHaveProperty('claims')
  })
})
