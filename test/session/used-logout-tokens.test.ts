import { MemoryStore, type SessionData } from 'express-session'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RecordStore } from '../../lib/session/record-store.ts'
import { UsedLogoutTokens } from '../../lib/session/used-logout-tokens.ts'

const at = Date.parse('2026-08-01T12:00:00Z') / 1000
const claims = { sub: 'a-user', iat: at, jti: 'a-jti' }
const after = (seconds: number) => vi.setSystemTime((at + seconds) * 1000)
const rejected = { code: 'logout_token_invalid' }
const done = () => Promise.resolve()
const unused = (_token = claims, _work = done) => Promise.resolve()

/** The store that several instances of a service share. */
function instances(count = 2) {
  const records = new RecordStore(new MemoryStore(), 5)
  return Array.from({ length: count }, () => {
    const used = new UsedLogoutTokens({ environment: { issuer: 'https://op.example/' } })
    return (token = claims, work = done) => used.useOnce(token, records, work)
  })
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  after(0)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a logout token', () => {
  it('[SESS-6, SESS-16] is rejected if its "jti" was used in the last 3 minutes, by any instance', async () => {
    const [use = unused, useElsewhere = unused] = instances()
    await use()
    for (const seconds of [0, 60, 179]) {
      after(seconds)
      await expect(use()).rejects.toMatchObject(rejected)
      await expect(useElsewhere()).rejects.toMatchObject(rejected)
    }
  })

  it('[SESS-6] is accepted again after 3 minutes', async () => {
    const [use = unused] = instances()
    await use()
    after(180)
    await expect(use()).resolves.toBeUndefined()
  })

  it('[SESS-16] is remembered for 3 minutes in a store that keeps its records longer', async () => {
    const stored = new Map<string, SessionData>()
    const records = new RecordStore(
      {
        get: (key, found) => found(null, stored.get(key)),
        set: (key, record, written) => {
          stored.set(key, record)
          written?.()
        },
      },
      5,
    )
    const used = new UsedLogoutTokens({ environment: { issuer: 'https://op.example/' } })
    await used.useOnce(claims, records, done)
    // Instances of two releases share the records.
    expect([...stored.keys()]).toEqual(['e938338fc424bc207fb453ec59dcfc4f'])
    after(179)
    await expect(used.useOnce(claims, records, done)).rejects.toMatchObject(rejected)
    after(180)
    await expect(used.useOnce(claims, records, done)).resolves.toBeUndefined()
  })

  it('[SESS-6] is accepted if only another "jti" of the same user was used, because each try of One Login has its own', async () => {
    const [use = unused] = instances()
    await use()
    await expect(use({ ...claims, jti: 'another' })).resolves.toBeUndefined()
  })

  it('[SESS-16] takes effect once if it arrives several times at once', async () => {
    const [use = unused] = instances()
    const work = vi.fn(done)
    const uses = await Promise.allSettled([use(claims, work), use(claims, work), use(claims, work)])
    expect(uses.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('[SESS-16] can be used again if it did not take effect', async () => {
    const [use = unused] = instances()
    const failure = new Error('the store is away')
    const uses = [use(claims, () => Promise.reject(failure)), use()]
    expect((await Promise.allSettled(uses)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(use()).resolves.toBeUndefined()
  })
})
