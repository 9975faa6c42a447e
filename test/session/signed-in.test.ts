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
  it('[SESS-10] is read in the session and for the user that it was written for', () => {
    const session = sessionOf()
    new SessionEntries(client).write(session, signedIn)
    expect(new SessionEntries(client).read(session)).toMatchObject({ kind: 'signed-in', signedIn })
  })

  it.each([
    { ...client, clientId: 'another' },
    { ...client, issuer: 'https://oidc.integration.account.gov.uk/' },
  ])('[CB-14] is not read by the client %o, even under the name that it has for it', (another) => {
    const [session, sessionOfAnother] = [sessionOf(), sessionOf()]
    new SessionEntries(client).write(session, signedIn)
    new SessionEntries(another).write(sessionOfAnother, signedIn)
    const [entry] = Object.values(session.oneLogin ?? {}) as unknown[]
    const [name = ''] = Object.keys(sessionOfAnother.oneLogin ?? {})
    session.oneLogin = { [name]: entry }
    expect(new SessionEntries(another).read(session)).toEqual({ kind: 'nobody' })
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
