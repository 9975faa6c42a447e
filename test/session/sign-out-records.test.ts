import { MemoryStore, type SessionData } from 'express-session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { recordSignOut, signedOutAt, type SignOutStore } from '../../lib/session/sign-out-records.ts'

const sub = 'urn:fdc:gov.uk:2022:somebody'
const hour = 3600

afterEach(() => {
  vi.useRealTimers()
})

/** A store that notes what it is asked to keep. */
class NotingStore extends MemoryStore {
  readonly kept: [id: string, session: SessionData][] = []

  override set(id: string, session: SessionData, done?: (error?: unknown) => void): void {
    this.kept.push([id, session])
    super.set(id, session, done)
  }
}

const broken: SignOutStore = {
  get: (_id, done) => done(new Error('connect ECONNREFUSED 127.0.0.1:6379')),
  set: (_id, _session, done) => done?.(new Error('connect ECONNREFUSED 127.0.0.1:6379')),
}

describe('the store of sign-outs', () => {
  it('[SESS-7] tells when a user was signed out', async () => {
    const store = new MemoryStore()
    await recordSignOut(store, sub, 1000, hour)
    expect(await signedOutAt(store, sub)).toBe(1000)
  })

  it('[SESS-7] says of a user who was never signed out that every sign-in is later', async () => {
    const store = new MemoryStore()
    await recordSignOut(store, `${sub}-else`, 1000, hour)
    expect(await signedOutAt(store, sub)).toBe(-Infinity)
  })

  it('[SESS-7] replaces an earlier sign-out by a later one', async () => {
    const store = new MemoryStore()
    await recordSignOut(store, sub, 1000, hour)
    await recordSignOut(store, sub, 2000, hour)
    expect(await signedOutAt(store, sub)).toBe(2000)
  })

  it('[SESS-7] keeps the later sign-out when an earlier one is delivered after it', async () => {
    const store = new MemoryStore()
    await recordSignOut(store, sub, 2000, hour)
    await recordSignOut(store, sub, 1000, hour)
    expect(await signedOutAt(store, sub)).toBe(2000)
  })

  it('[SESS-7] keeps the later of two sign-outs that are delivered at once', async () => {
    const store = new MemoryStore()
    await Promise.all([2000, 1000].map((at) => recordSignOut(store, sub, at, hour)))
    expect(await signedOutAt(store, sub)).toBe(2000)
  })

  it('[SESS-7] keeps the latest of three when the last is delivered as the first has been noted', async () => {
    const store = new MemoryStore()
    const [first, second] = [1000, 3000].map((at) => recordSignOut(store, sub, at, hour))
    await first
    await Promise.all([second, recordSignOut(store, sub, 2000, hour)])
    expect(await signedOutAt(store, sub)).toBe(3000)
  })

  it('[SESS-7] writes nothing for another sign-out of the same second', async () => {
    const store = new NotingStore()
    await recordSignOut(store, sub, 1000, hour)
    await recordSignOut(store, sub, 1000, hour)
    expect(store.kept).toHaveLength(1)
  })

  it('[SESS-7] writes one record in the form that session stores keep, which ends with the longest session', async () => {
    vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime('2026-08-01T12:00:00Z')
    const store = new NotingStore()
    await recordSignOut(store, sub, 1000, hour)
    expect(store.kept).toHaveLength(1)
    expect(store.kept[0]?.[1]).toEqual({
      signedOutAt: 1000,
      cookie: {
        originalMaxAge: hour * 1000,
        maxAge: hour * 1000,
        expires: new Date('2026-08-01T13:00:00Z'),
        path: '/',
        httpOnly: true,
      },
    })
  })

  it('[SESS-7] lets the store forget a sign-out once no session can be as old', async () => {
    vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime('2026-08-01T12:00:00Z')
    const store = new MemoryStore()
    await recordSignOut(store, sub, 1000, hour)
    vi.setSystemTime('2026-08-01T12:59:59Z')
    expect(await signedOutAt(store, sub)).toBe(1000)
    vi.setSystemTime('2026-08-01T13:00:01Z')
    expect(await signedOutAt(store, sub)).toBe(-Infinity)
  })

  it('[SESS-9] names the record by a digest, so that a list of keys tells of no subject', async () => {
    const store = new NotingStore()
    await recordSignOut(store, `${sub}:*?[]\n"`, 1000, hour)
    expect(store.kept[0]?.[0]).toMatch(/^[a-z-]+[0-9a-f]{64}$/)
  })

  it('[SESS-7] fails when the store cannot be read, rather than say that nobody was signed out', async () => {
    await expect(signedOutAt(broken, sub)).rejects.toMatchObject({
      code: 'session_unavailable',
      status: 503,
      cause: { message: 'connect ECONNREFUSED 127.0.0.1:6379' },
    })
  })

  it('[SESS-7] fails when the store cannot be written', async () => {
    const readOnly: SignOutStore = { ...broken, get: (_id, done) => done(null) }
    await expect(recordSignOut(readOnly, sub, 1000, hour)).rejects.toMatchObject({
      code: 'session_unavailable',
      status: 503,
    })
  })

  it('[SESS-7] writes again after a failed write', async () => {
    const store = new MemoryStore()
    const once = vi
      .spyOn(store, 'set')
      .mockImplementationOnce((_id, _session, done) => done?.(new Error('no')))
    await expect(recordSignOut(store, sub, 1000, hour)).rejects.toThrow(/^The sign-out store failed/)
    await recordSignOut(store, sub, 1000, hour)
    expect(once).toHaveBeenCalledTimes(2)
    expect(await signedOutAt(store, sub)).toBe(1000)
  })

  it.each([
    ['a session', { cookie: { originalMaxAge: null } }],
    ['a record of another form', { cookie: { originalMaxAge: null }, signedOutAt: '1000' }],
  ])('[SESS-7] fails when %s stands where the record should', async (_what, found) => {
    const store: SignOutStore = {
      ...broken,
      get: (_id, done) => done(null, found),
    }
    await expect(signedOutAt(store, sub)).rejects.toMatchObject({ code: 'session_unavailable' })
  })
})
