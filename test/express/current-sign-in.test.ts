import type { Request } from 'express'
import { MemoryStore } from 'express-session'
import { describe, expect, it, vi } from 'vitest'
import { SignInCookies } from '../../lib/express/browser-cookies.ts'
import { announceRenewal, currentSignIn, refuseSignedOut } from '../../lib/express/current-sign-in.ts'
import type { RelyingParty } from '../../lib/express/relying-party.ts'
import { SessionCheck } from '../../lib/express/session-check.ts'
import type { Settings } from '../../lib/options/strategy-options.ts'
import { RecordStore } from '../../lib/session/record-store.ts'
import { renewedSignIn } from '../../lib/session/renewed-sessions.ts'
import { SessionEntries, type SignedIn } from '../../lib/session/signed-in.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { parseVectors } from '../../lib/vectors-of-trust.ts'
import { refusalOf } from '../support/refusal.ts'

const client = { issuer: 'https://op.example/', clientId: 'tax-your-dragon' }
const before: SignedIn = {
  ...{ id: 'a-sign-in', sub: 'a-user', idToken: 'a.b.c', level: 'Cl.Cm' },
  ...{ issuedAt: 1, sentAt: 1000, startedAt: 1, completedAt: 1, callbacks: [] },
}
const transaction = (details = {}) =>
  createTransaction({ trust: parseVectors(['Cl.Cm']), claims: [] }, details)

type Session = Record<string, unknown> & { id?: string }

/** A service with its session store, and the request of a callback. */
function setUp(session: Session = {}) {
  const store = new MemoryStore()
  const entries = new SessionEntries(client)
  const { issuer, clientId } = client
  const settings = { environment: { issuer }, clientId, timeout: 5, session: {} } as unknown as Settings
  const sessions = new SessionCheck(settings, entries)
  const cookies = new SignInCookies(client, 'https://service.example/auth/callback', 7200)
  const req = { session, sessionStore: store, headers: {} } as unknown as Request
  const party = { entries, sessions, cookies } as unknown as RelyingParty
  return { store, entries, sessions, cookies, req, party, records: new RecordStore(store, 5) }
}

/** The content of a session of a user, as it is in the store. */
function contentOf(id: string, signedIn: SignedIn, others: object = {}): Session {
  const session: Session = { id, passport: { user: 'account 1' }, ...others }
  new SessionEntries(client).write(session as unknown as Request['session'], signedIn)
  const { id: _, ...content } = session
  return content
}

const lost = { code: 'session_lost' }

describe('the current sign-in of a callback', () => {
  it('[SESS-14] is the one that another tab has stored since, with the app’s data', async () => {
    const { party, req, records } = setUp({ sessionId: 'a-session', old: 'data', cookie: 'of this request' })
    const later = { ...before, completedAt: 2 }
    await records.write('a-session', contentOf('a-session', later, { basket: 'dragon food' }), 60)
    expect(await currentSignIn(party, req, transaction(), before)).toEqual(later)
    const { sessionId, cookie, basket, old } = req.session as unknown as Session
    expect({ sessionId, cookie, basket, old }).toEqual({
      sessionId: 'a-session',
      cookie: 'of this request',
      basket: 'dragon food',
    })
    expect(Object.hasOwn(req.session, 'old')).toBe(false)
  })

  it('[SESS-14] keeps the members with which @fastify/session works', async () => {
    const kept = { sessionId: 'a-session', encryptedSessionId: 'encrypted', cookie: { own: true } }
    const { party, req, records } = setUp({ ...kept })
    const stored = contentOf('a-session', before, { sessionId: 'stored', encryptedSessionId: 'stored' })
    await records.write('a-session', stored, 60)
    await currentSignIn(party, req, transaction(), before)
    expect(req.session).toMatchObject(kept)
    const without = setUp({ ...kept })
    await without.records.write('a-session', contentOf('a-session', before), 60)
    await currentSignIn(without.party, without.req, transaction(), before)
    expect(without.req.session).toMatchObject(kept)
  })

  it.each([
    ['an ID in the request', { sessionID: 'a-session' }, true],
    ['no ID in the request, as with @fastify/session', {}, false],
  ])('[SESS-14] is in a session that the store creates if there is %s', async (_what, change, is) => {
    const { party, req, records, store } = setUp({ sessionId: 'a-session' })
    Object.assign(req, change)
    await records.write('a-session', contentOf('a-session', before), 60)
    const created = vi.spyOn(store, 'createSession').mockImplementation((request, content) => {
      Object.assign(request, { session: { id: 'a-session', ...content } })
      return request.session
    })
    expect(await currentSignIn(party, req, transaction(), before)).toEqual(before)
    expect(created).toHaveBeenCalledTimes(is ? 1 : 0)
  })

  it('[SESS-14] is found also in a store that creates no sessions', async () => {
    const { party, req, records, store } = setUp({ sessionId: 'a-session' })
    Object.assign(req, { sessionID: 'a-session' })
    Object.assign(store, { createSession: undefined })
    await records.write('a-session', contentOf('a-session', before), 60)
    expect(await currentSignIn(party, req, transaction(), before)).toEqual(before)
  })

  it.each([
    ['another sign-in of the user', contentOf('a-session', { ...before, id: 'another' })],
    ['a sign-in of another session', contentOf('another', before)],
    ['nobody', { passport: { user: 'account 1' } }],
  ])('[SESS-14] is lost if the session in the store now has %s', async (_what, stored) => {
    const { party, req, records } = setUp({ sessionId: 'a-session' })
    await records.write('a-session', stored, 60)
    expect(await refusalOf(currentSignIn(party, req, transaction(), before))).toMatchObject(lost)
  })

  it('[SESS-14] is the earlier one if the session is gone, unless its user has signed out', async () => {
    const { party, req, sessions } = setUp({ id: 'a-session' })
    expect(await currentSignIn(party, req, transaction(), before)).toBe(before)
    await sessions.signOuts(req).end(sessions.subject('a-user'), 'a-sign-in')
    // What counts is the sign-in of the session, not the one from which the transaction started.
    const other = transaction({ startedFrom: 'another', sub: 'a-user' })
    expect(await refusalOf(currentSignIn(party, req, other, before))).toMatchObject(lost)
  })

  it('[SESS-14] is none for a new user, unless the one who started it has signed out', async () => {
    const { party, req, sessions, store } = setUp({ id: 'a-session' })
    const started = transaction({ startedFrom: 'a-sign-in', sub: 'a-user' })
    const reads = vi.spyOn(store, 'get')
    expect(await currentSignIn(party, req, transaction(), undefined)).toBeUndefined()
    expect(reads).not.toHaveBeenCalled()
    expect(await currentSignIn(party, req, started, undefined)).toBeUndefined()
    await sessions.signOuts(req).end(sessions.subject('a-user'), 'a-sign-in')
    expect(await refusalOf(currentSignIn(party, req, started, undefined))).toMatchObject(lost)
  })
})

describe('a sign-in that started before a sign-out', () => {
  it.each([
    [{ startedFrom: 'a-sign-in', sub: 'a-user' }, true],
    [{ startedFrom: 'another', sub: 'a-user' }, false],
    [{ startedFrom: 'a-sign-in', sub: 'another' }, false],
    [{ startedFrom: 'a-sign-in' }, false],
    [{ sub: 'a-user' }, false],
    [{}, false],
  ])('[SESS-14] is rejected if it started from the session that ended: %o', async (started, is) => {
    const { party, req, sessions } = setUp()
    await sessions.signOuts(req).end(sessions.subject('a-user'), 'a-sign-in')
    const refused = refuseSignedOut(party, req, started)
    if (is) expect(await refusalOf(refused)).toMatchObject(lost)
    else await expect(refused).resolves.toBeUndefined()
  })

  it('[SESS-14] is looked up only if a user was signed in', async () => {
    const { party, req, store } = setUp()
    const reads = vi.spyOn(store, 'get')
    for (const started of [{}, { sub: 'a-user' }, { startedFrom: 'a-sign-in' }])
      await refuseSignedOut(party, req, started)
    expect(reads).not.toHaveBeenCalled()
  })
})

describe('the renewal of a session', () => {
  const another: SignedIn = { ...before, id: 'another', sub: 'another user' }

  it.each([
    ['the sign-in of the session', { startedFrom: 'a-sign-in', sub: 'a-user' }, another, another],
    ['the sign-in that started it', { startedFrom: 'a-sign-in', sub: 'a-user' }, undefined, before],
    ['none', { sub: 'a-user' }, undefined, undefined],
    ['none', { startedFrom: 'a-sign-in' }, undefined, undefined],
    ['none', {}, undefined, undefined],
  ])('[SESS-14] is announced for %s: %o', async (_what, details, current, expected) => {
    const { party, req, cookies, records, store } = setUp()
    const started = transaction(details)
    const res = {
      append: (_name: string, [line = '']: string[]) =>
        Object.assign(req.headers, { cookie: line.split(';')[0] }),
    }
    cookies.set(req, res as never, started.state, 'a-secret')
    const writes = vi.spyOn(store, 'set')
    await announceRenewal(party, req, started, current)
    expect(await renewedSignIn(records, 'a-secret')).toEqual(
      expected && { id: expected.id, sub: expected.sub },
    )
    expect(writes).toHaveBeenCalledTimes(expected ? 1 : 0)
  })

  it('[SESS-14] is not announced to a browser without the cookie of the sign-in', async () => {
    const { party, req, store } = setUp()
    const writes = vi.spyOn(store, 'set')
    await announceRenewal(party, req, transaction(), before)
    expect(writes).not.toHaveBeenCalled()
  })
})
