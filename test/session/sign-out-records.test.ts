import { MemoryStore, type SessionData } from 'express-session'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordKey, RecordStore } from '../../lib/session/record-store.ts'
import { isSignedOut, SignOutRecords } from '../../lib/session/sign-out-records.ts'

const subject = { issuer: 'https://op.example/', clientId: 'tax-your-dragon', sub: 'a-user' }
const { issuer, clientId, sub } = subject
const signedOutKey = recordKey('signed-out', issuer, clientId, sub)
const logoutKey = recordKey('back-channel', issuer, clientId, sub)
const logout = (issuedAt: number) => ({ issuedAt, arrivedAt: issuedAt * 1000 + 5 })

function setUp() {
  const store = new MemoryStore()
  const records = new RecordStore(store, 5)
  return { store, records, signOuts: new SignOutRecords(records) }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime('2026-08-01T12:00:00Z')
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the sign-outs of a user', () => {
  it('[SESS-7] are none at first', async () => {
    expect(await setUp().signOuts.of(subject)).toEqual({})
  })

  it.each([
    { ...subject, issuer: 'https://oidc.account.gov.uk/' },
    { ...subject, clientId: 'another' },
    { ...subject, sub: 'another' },
  ])('[SESS-7, CB-14] are not those of %o', async (another) => {
    const { signOuts } = setUp()
    await signOuts.add(subject, logout(100))
    await signOuts.end(subject, 'a-sign-in')
    expect(await signOuts.of(another)).toEqual({})
  })

  it.each([
    ['in order', [100, 200]],
    ['in the other order', [200, 100]],
  ])('[SESS-7] have the later of 2 back-channel logouts that arrive %s', async (_what, order) => {
    const { signOuts } = setUp()
    for (const issuedAt of order) await signOuts.add(subject, logout(issuedAt))
    expect(await signOuts.of(subject)).toEqual(logout(200))
  })

  it('[SESS-14] have every session that ended, and keep them after a back-channel logout', async () => {
    const { signOuts } = setUp()
    await signOuts.end(subject, 'first')
    await signOuts.add(subject, logout(100))
    await signOuts.end(subject, 'second')
    expect(await signOuts.of(subject)).toEqual({ ...logout(100), ended: ['first', 'second'] })
  })

  it('[SESS-14] have those that came at the same time', async () => {
    const { signOuts } = setUp()
    const ids = ['a', 'b', 'c']
    await Promise.all([
      ...ids.map((id) => signOuts.end(subject, id)),
      signOuts.add(subject, logout(200)),
      signOuts.add(subject, logout(100)),
    ])
    expect(await signOuts.of(subject)).toEqual({ ...logout(200), ended: ids })
  })

  it('[SESS-14] have those that came while an earlier one failed', async () => {
    const { store, signOuts } = setUp()
    const writes = vi.spyOn(store, 'set')
    writes.mockImplementationOnce((_key, _record, done) => done?.(new Error('the store is away')))
    const results = await Promise.allSettled([
      signOuts.end(subject, 'first'),
      signOuts.end(subject, 'second'),
      signOuts.end(subject, 'third'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(await signOuts.of(subject)).toEqual({ ended: ['second', 'third'] })
  })

  it('[SESS-14] wait for the one before, also if that one waited itself', async () => {
    const { store, signOuts } = setUp()
    const write = MemoryStore.prototype.set.bind(store)
    const later: Promise<void>[] = []
    vi.spyOn(store, 'set').mockImplementation((key, record, done) => {
      // The first has ended, and the second is at its write.
      if ((record as { ended?: string[] }).ended?.at(-1) === 'second')
        later.push(signOuts.end(subject, 'third'))
      setImmediate(() => {
        write(key, record, done)
      })
    })
    await Promise.all([signOuts.end(subject, 'first'), signOuts.end(subject, 'second')])
    await Promise.all(later)
    expect(await signOuts.of(subject)).toEqual({ ended: ['first', 'second', 'third'] })
  })

  it('[SESS-14] leave nothing in memory', async () => {
    const { signOuts } = setUp()
    const [sets, deletes] = [vi.spyOn(Map.prototype, 'set'), vi.spyOn(Map.prototype, 'delete')]
    await Promise.all([signOuts.end(subject, 'first'), signOuts.add(subject, logout(100))])
    const keysOf = ({ mock }: typeof sets | typeof deletes) => mock.calls.map(([key]: unknown[]) => key)
    const [kept, deleted] = [keysOf(sets), keysOf(deletes)]
    vi.restoreAllMocks()
    expect(kept).toContain(signedOutKey)
    expect(deleted).toContain(signedOutKey)
  })

  it('[SESS-14] have the last 100 sessions that ended', async () => {
    const { records, signOuts } = setUp()
    const ids = Array.from({ length: 100 }, (_, at) => `sign-in ${at}`)
    await records.write(signedOutKey, { ended: ids }, 60)
    await signOuts.end(subject, 'another')
    expect((await signOuts.of(subject)).ended).toEqual([...ids.slice(1), 'another'])
  })

  it.each([
    ['issued', { issuedAt: 200, arrivedAt: 100_005 }],
    ['that arrived', { issuedAt: 100, arrivedAt: 100_006 }],
  ])('[SESS-7] keep a later logout %s that another process has written since', async (_what, later) => {
    const { records, signOuts } = setUp()
    await signOuts.add(subject, logout(100))
    // Its second record is overwritten by a process that had read it before.
    await records.write(logoutKey, later, 60)
    await signOuts.end(subject, 'a-sign-in')
    expect(await signOuts.of(subject)).toEqual({ ...later, ended: ['a-sign-in'] })
  })

  it('[SESS-7] keep the first logout that another process has written since', async () => {
    const { records, signOuts } = setUp()
    await records.write(logoutKey, logout(100), 60)
    await signOuts.end(subject, 'a-sign-in')
    expect(await signOuts.of(subject)).toEqual({ ...logout(100), ended: ['a-sign-in'] })
  })

  it('[SESS-14] are written once for a session that ends, if no logout has come since', async () => {
    const { store, signOuts } = setUp()
    await signOuts.add(subject, logout(100))
    const writes = vi.spyOn(store, 'set')
    await signOuts.end(subject, 'a-sign-in')
    expect(writes).toHaveBeenCalledTimes(1)
  })

  it('[SESS-7] are in the logout’s own record before the one that guards read', async () => {
    const { store, signOuts } = setUp()
    const writes = vi.spyOn(store, 'set')
    await signOuts.add(subject, logout(100))
    expect(writes.mock.calls.map(([key]) => key)).toEqual([logoutKey, signedOutKey])
  })

  it('[SESS-15] are stored for 30 days and 10 minutes, longer than any session', async () => {
    const { store, signOuts } = setUp()
    const written: SessionData[] = []
    vi.spyOn(store, 'set').mockImplementation((_key, record, done) => {
      written.push(record)
      done?.()
    })
    await signOuts.add(subject, logout(100))
    await signOuts.end(subject, 'a-sign-in')
    const expected = 30 * 86_400_000 + 600_000
    expect(written.map(({ cookie }) => cookie.originalMaxAge)).toEqual([expected, expected, expected])
  })

  it.each([{ issuedAt: '100' }, { arrivedAt: 'now' }, { ended: 'a-sign-in' }, { ended: [1] }])(
    '[SESS-7] cannot be read if the record is %o, so that no request gets through',
    async (members) => {
      const { records, signOuts } = setUp()
      await records.write(signedOutKey, members, 60)
      await expect(signOuts.of(subject)).rejects.toMatchObject({
        code: 'session_unavailable',
        message: expect.stringContaining('cannot be read') as string,
      })
      await expect(signOuts.end(subject, 'another')).rejects.toMatchObject({ code: 'session_unavailable' })
    },
  )
})

describe('a sign-in', () => {
  const signedIn = { id: 'a-sign-in', issuedAt: 100, sentAt: 100_000 }

  it.each([
    ['nothing ended', {}, false],
    ['another session ended', { ended: ['another', 'a-sign'] }, false],
    ['its session ended', { ended: ['another', 'a-sign-in', 'a third'] }, true],
    ['its session ended, and an earlier logout came', { ...logout(50), ended: ['a-sign-in'] }, true],
    ['a logout was issued before it', { issuedAt: 99, arrivedAt: 200_000 }, false],
    ['a logout was issued after it', { issuedAt: 101, arrivedAt: 101_000 }, true],
    ['a logout was issued after it and arrived before', { issuedAt: 101, arrivedAt: 99_999 }, true],
    ['a logout of its second arrived 1 ms before it started', { issuedAt: 100, arrivedAt: 99_999 }, false],
    ['a logout of its second arrived as it started', { issuedAt: 100, arrivedAt: 100_000 }, true],
    ['a logout of its second arrived after it started', { issuedAt: 100, arrivedAt: 100_001 }, true],
    ['a logout of its second arrived 1,999 ms before', { issuedAt: 100, arrivedAt: 98_001 }, false],
    [
      'a logout of its second arrived 2 s before, by another clock',
      { issuedAt: 100, arrivedAt: 98_000 },
      true,
    ],
    ['a logout of its second has no time of arrival', { issuedAt: 100 }, true],
  ])('[SESS-7, SESS-18] has ended or not: %s', (_what, signOuts, hasEnded) => {
    expect(isSignedOut(signOuts, signedIn)).toBe(hasEnded)
  })
})
