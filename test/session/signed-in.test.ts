import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { carryEntries, earlierSession, SessionEntries, type SignedIn } from '../../lib/session/signed-in.ts'

const client = { issuer: 'https://op.example/', clientId: 'tax-your-dragon' }
const signedIn: SignedIn = {
  ...{ id: 'a-sign-in', sub: 'a-user', idToken: 'a.b.c', level: 'Cl.Cm' },
  ...{ issuedAt: 1, sentAt: 1000, startedAt: 1, completedAt: 1, callbacks: [] },
}

/** A session of a user whom Passport has logged in. */
function sessionOf(user: unknown = { id: 'local-user' }) {
  return { id: 'a-session', passport: { user } } as unknown as Request['session'] & { oneLogin?: object }
}

describe('the record of a sign-in', () => {
  it('[SESS-10] is read only in its session and for its user', () => {
    const session = sessionOf()
    new SessionEntries(client).write(session, signedIn)
    expect(new SessionEntries(client).read(session)).toMatchObject({ kind: 'signed-in', signedIn })
  })

  it.each([
    { ...client, clientId: 'another' },
    { ...client, issuer: 'https://oidc.integration.account.gov.uk/' },
  ])('[CB-14] is not read by the client %o, even under its name', (another) => {
    const [session, sessionOfAnother] = [sessionOf(), sessionOf()]
    new SessionEntries(client).write(session, signedIn)
    new SessionEntries(another).write(sessionOfAnother, signedIn)
    const [entry] = Object.values(session.oneLogin ?? {}) as unknown[]
    const [name = ''] = Object.keys(sessionOfAnother.oneLogin ?? {})
    session.oneLogin = { [name]: entry }
    expect(new SessionEntries(another).read(session)).toEqual({ kind: 'nobody' })
    expect(session.oneLogin).toBeUndefined()
  })

  it('[SESS-10] is not written into a session without a user', () => {
    const entries = new SessionEntries(client)
    expect(entries.write(sessionOf(), signedIn)).toBe(true)
    const session = sessionOf(null)
    expect(entries.write(session, signedIn)).toBe(false)
    expect(session.oneLogin).toBeUndefined()
  })

  it.each([
    ['another user', { passport: { user: { id: 'another' } } }, { kind: 'nobody' }],
    ['another session', { id: 'another' }, { kind: 'moved', completedAt: 1 }],
  ])('[SESS-10] is not read for %s, and is deleted', (_what, change, found) => {
    const session = sessionOf()
    new SessionEntries(client).write(session, signedIn)
    Object.assign(session, change)
    expect(new SessionEntries(client).read(session)).toEqual(found)
    expect(session.oneLogin).toBeUndefined()
  })

  it.each([
    ['the same user, stays', { id: 'local-user' }, 'signed-in'],
    ['another user, goes', { id: 'another' }, 'nobody'],
  ])('[CB-14] of one client, when another client logs in %s', (_what, user, kind) => {
    const [earlier, renewed] = [sessionOf(), sessionOf(user)]
    new SessionEntries(client).write(earlier, signedIn)
    renewed.id = 'a-renewed-session'
    carryEntries(renewed, earlierSession(earlier))
    expect(new SessionEntries(client).read(renewed).kind).toBe(kind)
  })
})

/** The only entry in a session, to be changed. */
function entryIn(session: { oneLogin?: object }): Record<string, unknown> {
  return Object.values(session.oneLogin ?? {})[0] as Record<string, unknown>
}

function writtenIn(session = sessionOf(), record: SignedIn = signedIn) {
  new SessionEntries(client).write(session, record)
  return session
}

const identity: SignedIn['identity'] = {
  ...{ proven: true, level: 'P2' },
  ...{ claims: ['coreIdentityJWT', 'address'], returnCodes: ['A', 'B'] },
}

describe('the content of a record', () => {
  it.each<Partial<SignedIn>>([
    { level: 'Cl' },
    { level: 'Cl.Cm', authTime: 5, reauthenticatedAt: 6, inPersonReturn: true },
    { identity: { ...identity, level: 'P1' } },
    { identity: { ...identity, proven: false, level: 'P2', claims: [] } },
    { identity: { ...identity, level: 'P3' }, failedIdentity: { ...identity, level: 'P3', returnCodes: [] } },
    { callbacks: [{ state: 'a', returnTo: '/a', at: 5 }, { state: 'b', returnTo: '/b?c', at: 6 }] }, // prettier-ignore
  ])('[SESS-10] is read as it was written, also from JSON: %j', (members) => {
    const session = writtenIn(sessionOf(), { ...signedIn, ...members })
    const stored = JSON.parse(JSON.stringify(session)) as typeof session
    expect(new SessionEntries(client).read(stored)).toMatchObject({ signedIn: { ...signedIn, ...members } })
  })

  it.each<[string, Record<string, unknown>]>([
    ['an empty id', { id: '' }],
    ['an empty sub', { sub: '' }],
    ['no ID token', { idToken: undefined }],
    ['a time that is text', { startedAt: '1' }],
    ['a level that does not exist', { level: 'P2' }],
    ['an empty level', { level: '' }],
    ['an identity without content', { identity: {} }],
    ['an identity of no level', { identity: { ...identity, level: '' } }],
    ['an identity with an unknown claim', { identity: { ...identity, claims: ['shoeSize'] } }],
    ['an identity that is proven by text', { identity: { ...identity, proven: 'false' } }],
    ['a failed identity of no level', { failedIdentity: { ...identity, level: 'Cl' } }],
    ['a callback without its address', { callbacks: [{ state: 'a', at: 5 }] }],
  ])('[SESS-10] is rejected and deleted with %s', (_what, members) => {
    const session = writtenIn()
    const entry = entryIn(session)
    entry.signedIn = { ...(entry.signedIn as object), ...members }
    expect(new SessionEntries(client).read(session)).toEqual({ kind: 'nobody' })
    expect(session.oneLogin).toBeUndefined()
  })

  it('[SESS-10] is the same in each release, so that instances of two releases share sessions', () => {
    const session = writtenIn()
    expect(Object.keys(session.oneLogin ?? {})).toEqual(['df2a76b56806248b'])
    const { session: ofSession, user } = entryIn(session)
    expect([ofSession, user]).toEqual(['AGp84OHh5pA-vooIk7Lo8W', '369wSWNkdx6JbvbCQsQtjQ'])
  })
})

describe('a session without its user', () => {
  it.each([
    ['nothing of Passport', undefined],
    ['an empty object of Passport', {}],
    ['an undefined user', { user: undefined }],
  ])('[SESS-10] has %s: nobody is signed in, and the record is deleted', (_what, passport) => {
    const session = writtenIn()
    Object.assign(session, { passport })
    const found = new SessionEntries(client).read(session)
    expect(found).toEqual({ kind: 'without-user', completedAt: 1 })
    expect(session.oneLogin).toBeUndefined()
  })

  it('[SESS-10] and with another ID is a session of nobody', () => {
    const session = writtenIn()
    Object.assign(session, { id: 'another', passport: undefined })
    expect(new SessionEntries(client).read(session)).toEqual({ kind: 'nobody' })
  })

  it.each([
    ['null of Passport', null],
    ['a user that is null', { user: null }],
    ['another user and no object around it', 'another'],
    ['members of Passport but no user', { other: 1 }],
  ])('[SESS-10] has %s: a session of nobody', (_what, passport) => {
    const session = writtenIn()
    Object.assign(session, { passport })
    expect(new SessionEntries(client).read(session)).toEqual({ kind: 'nobody' })
    expect(session.oneLogin).toBeUndefined()
  })

  it.each([undefined, null, {}, { user: undefined }, { user: null }])(
    '[SESS-12] gets no record: %j',
    (passport) => {
      const session = { id: 'a-session', passport } as unknown as ReturnType<typeof sessionOf>
      new SessionEntries(client).write(session, signedIn)
      expect(session).not.toHaveProperty('oneLogin')
    },
  )
})

describe('the user of a record', () => {
  const asStored = (passport: unknown) =>
    ({ id: 'a-session', passport }) as unknown as ReturnType<typeof sessionOf>
  const kindAfter = (before: unknown, after: unknown) => {
    const session = writtenIn(asStored(before))
    Object.assign(session, { passport: after })
    return new SessionEntries(client).read(session).kind
  }

  it.each([
    ['in another order', { user: { a: 1, b: { c: 2, d: 3 } } }, { user: { b: { d: 3, c: 2 }, a: 1 } }],
    ['as @fastify/passport stores an object', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['as @fastify/passport stores text', 'local-user', 'local-user'],
    ['with lists and null', { user: { a: [1, null, {}], b: null } }, { user: { b: null, a: [1, null, {}] } }],
  ])('[SESS-10] is the same %s', (_what, before, after) => {
    expect(kindAfter(before, after)).toBe('signed-in')
  })

  it.each([
    ['a member more', { user: { a: 1 } }, { user: { a: 1, b: 2 } }],
    ['a list in another order', { user: { a: [1, 2] } }, { user: { a: [2, 1] } }],
    ['values in each other\u2019s place', { user: { a: 1, b: 2 } }, { user: { a: 2, b: 1 } }],
    ['another type', { user: 1 }, { user: '1' }],
    ['a member of a member', { user: { a: { b: 1 } } }, { user: { a: { b: 2 } } }],
  ])('[SESS-10] is another one with %s', (_what, before, after) => {
    expect(kindAfter(before, after)).toBe('nobody')
  })
})

describe('a user who must authenticate again', () => {
  it.each([undefined, { user: { id: 'local-user' } }])(
    '[SESS-5] is remembered whoever Passport has: %j',
    (passport) => {
      const session = { id: 'a-session', passport } as unknown as ReturnType<typeof sessionOf>
      new SessionEntries(client).askToReauthenticate(session, signedIn)
      const { sub, idToken } = signedIn
      const found = new SessionEntries(client).read(session)
      expect(found).toMatchObject({ kind: 'reauthenticate', sub, idToken })
      expect(entryIn(session)).not.toHaveProperty('signedIn')
      expect(session).toHaveProperty('oneLogin')
    },
  )

  it('[SESS-5] is forgotten in a session with another ID, and with a record that is not whole', () => {
    for (const change of [{ session: 'another' }, { sub: undefined }, { kind: '' }]) {
      const session = sessionOf()
      new SessionEntries(client).askToReauthenticate(session, signedIn)
      Object.assign(entryIn(session), change)
      expect(new SessionEntries(client).read(session)).toEqual({ kind: 'nobody' })
      expect(session.oneLogin).toBeUndefined()
    }
  })
})

describe('records of several clients', () => {
  const other = { ...client, clientId: 'another' }

  it('[CB-14] stay when one is deleted, and when one that is not there is read', () => {
    const session = writtenIn()
    new SessionEntries(other).write(session, signedIn)
    const before = session.oneLogin
    expect(new SessionEntries({ ...client, clientId: 'a third' }).read(session)).toEqual({ kind: 'nobody' })
    expect(session.oneLogin).toBe(before)
    new SessionEntries(other).delete(session)
    expect(new SessionEntries(client).read(session).kind).toBe('signed-in')
    expect(Object.keys(session.oneLogin ?? {})).toHaveLength(1)
  })

  it.each<[string, (entry: Record<string, unknown>) => void, object]>([
    ['that is not whole', (entry) => delete entry.signedIn, { id: 'local-user' }],
    ['of another session', (entry) => (entry.session = 'another'), { id: 'local-user' }],
    ['of another user', (entry) => (entry.user = 'another'), { id: 'local-user' }],
    ['of a user who authenticates again', (entry) => Object.assign(entry, { kind: 'reauthenticate', sub: 'a', idToken: 'b' }), { id: 'local-user' }], // prettier-ignore
    ['of the user before this one', () => undefined, { id: 'another' }],
  ])('[CB-14] are not carried over a log-in: one %s', (_what, change, user) => {
    const [earlier, renewed] = [writtenIn(), sessionOf(user)]
    change(entryIn(earlier))
    renewed.id = 'a-renewed-session'
    carryEntries(renewed, earlierSession(earlier))
    expect(renewed.oneLogin).toEqual({})
  })

  it.each([null, undefined, 'text', 5])('[SESS-10] are written over what is no object: %j', (oneLogin) => {
    const session = Object.assign(sessionOf(), { oneLogin }) as unknown as ReturnType<typeof sessionOf>
    expect(new SessionEntries(client).read(session)).toEqual({ kind: 'nobody' })
    expect(new SessionEntries(client).read(writtenIn(session)).kind).toBe('signed-in')
    expect(Object.keys(session.oneLogin ?? {})).toHaveLength(1)
  })
})
