import { MemoryStore } from 'express-session'
import { describe, expect, it, vi } from 'vitest'
import { lastActivity, recordActivity } from '../../lib/session/last-activity.ts'
import { recordKey, RecordStore } from '../../lib/session/record-store.ts'
import { recordRenewal, renewedSignIn } from '../../lib/session/renewed-sessions.ts'

function setUp() {
  const store = new MemoryStore()
  const writes = vi.spyOn(store, 'set')
  const lifetimes = () => writes.mock.calls.map(([, { cookie }]) => cookie.originalMaxAge)
  return { records: new RecordStore(store, 5), lifetimes }
}

describe('the last activity of a user', () => {
  it('[SESS-5] is found by the ID of the sign-in, for the lifetime of the session', async () => {
    const { records, lifetimes } = setUp()
    await recordActivity(records, 'a-sign-in', 1000, 60)
    expect(await lastActivity(records, 'a-sign-in')).toBe(1000)
    // Instances of two releases share the records.
    expect(await records.read(recordKey('activity', 'a-sign-in'))).toMatchObject({ lastSeenAt: 1000 })
    expect(await lastActivity(records, 'another')).toBeUndefined()
    expect(lifetimes()).toEqual([60_000])
  })

  it('[SESS-5] is unknown if its record is not valid', async () => {
    const { records } = setUp()
    await records.write(recordKey('activity', 'a-sign-in'), { lastSeenAt: '1000' }, 60)
    expect(await lastActivity(records, 'a-sign-in')).toBeUndefined()
  })
})

describe('a sign-in that continues under another session ID', () => {
  const signIn = { sub: 'a-user', id: 'a-sign-in' }

  it('[SESS-14] is found by the secret of the browser, for 10 minutes', async () => {
    const { records, lifetimes } = setUp()
    await recordRenewal(records, 'a-secret', { ...signIn, other: 'not kept' } as typeof signIn)
    expect(await renewedSignIn(records, 'a-secret')).toEqual(signIn)
    expect(await records.read(recordKey('renewed', 'a-secret'))).not.toHaveProperty('other')
    expect(await renewedSignIn(records, 'another')).toBeUndefined()
    expect(lifetimes()).toEqual([600_000])
  })

  it.each([{ sub: 'a-user' }, { id: 'a-sign-in' }, { ...signIn, sub: 1 }, { ...signIn, id: null }])(
    '[SESS-14] is unknown if its record is %o',
    async (members) => {
      const { records } = setUp()
      await records.write(recordKey('renewed', 'a-secret'), members, 60)
      expect(await renewedSignIn(records, 'a-secret')).toBeUndefined()
    },
  )
})
