import type { SessionData } from 'express-session'
import { describe, expect, it } from 'vitest'
import { recordKey, RecordStore, type SessionStore } from '../../lib/session/record-store.ts'
import { expectRefused } from '../support/refusal.ts'

type Done = (error?: unknown, session?: SessionData | null) => void

/** A store in which every call behaves the same. */
function storeThat(behave: (done: Done) => unknown): SessionStore {
  const call = (...given: unknown[]) => behave((given.at(-1) ?? (() => undefined)) as Done)
  return { get: call, set: call, destroy: call }
}

const noFile = Object.assign(new Error('no such file'), { code: 'ENOENT' })

describe('the key of a record', () => {
  it('[SESS-15] has 32 characters that every store and file system accepts', () => {
    for (const parts of [['a'], ['a', 'x'.repeat(5000)], ['ü', '../', '\0']])
      expect(recordKey(...parts)).toMatch(/^[0-9a-f]{32}$/)
  })

  it('[SESS-15] differs for other parts, also if their text is the same', () => {
    const keys = [['ab', 'c'], ['a', 'bc'], ['abc'], ['a', 'b', 'c'], ['a,b', 'c']].map((parts) =>
      recordKey(...parts),
    )
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('a record that is not in the store', () => {
  it.each<[string, (done: Done) => unknown]>([
    ['null', (done) => done(null, null)],
    ['undefined', (done) => done()],
    ['an error with code ENOENT, as of session-file-store', (done) => done(noFile)],
    ['a promise rejected with ENOENT', () => Promise.reject(noFile)],
  ])('[SESS-15] is absent if the store reports %s', async (_what, behave) => {
    const records = new RecordStore(storeThat(behave), 5)
    expect(await records.read('key')).toBeUndefined()
    await expect(records.remove('key')).resolves.toBeUndefined()
  })
})

describe('a store that fails', () => {
  it.each<[string, (done: Done) => unknown]>([
    ['calls back with an error', (done) => done(new Error('connect ECONNREFUSED'))],
    ['throws', () => { throw new Error('connect ECONNREFUSED') }], // prettier-ignore
    ['returns a rejected promise', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ])('[CB-17] fails reads, writes and removals if it %s', async (_what, behave) => {
    const records = new RecordStore(storeThat(behave), 5)
    for (const work of [
      () => records.read('key'),
      () => records.write('key', {}, 60),
      () => records.remove('key'),
    ]) {
      const error = await expectRefused(work(), 'session_unavailable', /store failed/)
      expect(error.cause).toMatchObject({ message: 'connect ECONNREFUSED' })
    }
  })

  it.each<[string, unknown]>([
    ['an error with another code', Object.assign(new Error('no access'), { code: 'EACCES' })],
    ['something with code ENOENT that is no error', { code: 'ENOENT' }],
    ['nothing', undefined],
    ['null', null],
  ])('[CB-17] fails them if it rejects with %s', async (_what, reason) => {
    const rejection = () => Promise.reject(reason)
    const records = new RecordStore(storeThat(rejection), 5)
    await expectRefused(records.read('key'), 'session_unavailable', /store failed/)
  })

  it('[CB-17] fails a removal in time if it cannot remove anything', async () => {
    const { get, set } = storeThat(() => undefined)
    const removal = new RecordStore({ get, set }, 0.01).remove('key')
    const { cause } = await expectRefused(removal, 'session_unavailable', /store failed/)
    expect(cause).toMatchObject({ message: 'no response within 0.01 s' })
  })

  it('[CB-17] fails them in bounded time if it never calls back, as Redis clients without a connection', async () => {
    const records = new RecordStore(
      storeThat(() => undefined),
      0.01,
    )
    const begin = performance.now()
    await expectRefused(records.write('key', {}, 60), 'session_unavailable', /store failed/)
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})

describe('a record that is written', () => {
  it('[SESS-15] has its lifetime in each form that stores read, without more space', async () => {
    const written: SessionData[] = []
    const store = {
      set: (_key: string, session: SessionData, done: Done) => {
        written.push(session)
        done()
      },
    } as unknown as SessionStore
    const before = Date.now()
    await new RecordStore(store, 5).write('key', { a: 1 }, 60)
    const { cookie } = written[0] ?? {}
    expect(cookie).toMatchObject({ originalMaxAge: 60_000, maxAge: 60_000 })
    const { expires } = JSON.parse(JSON.stringify(cookie)) as { expires: string }
    expect(Date.parse(expires) - before).toBeGreaterThanOrEqual(60_000)
    expect(Object.keys(JSON.parse(JSON.stringify(cookie)) as object)).toEqual(['originalMaxAge', 'expires'])
  })
})
