import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leavesProven, renewSignedIn } from '../../lib/session/renewal.ts'
import type { SignedIn } from '../../lib/session/signed-in.ts'
import type { IdentityOutcome, VerifiedSignIn } from '../../lib/sign-in/completion.ts'
import { createTransaction, type TransactionDetails } from '../../lib/sign-in/transaction.ts'
import { parseVectors } from '../../lib/vectors-of-trust.ts'

const now = Date.parse('2026-08-01T12:00:00Z') / 1000
const verified: VerifiedSignIn = { sub: 'a-user', idToken: 'd.e.f', issuedAt: now - 1, level: 'Cl.Cm' }
const before: SignedIn = {
  ...{ id: 'a-sign-in', sub: 'a-user', idToken: 'a.b.c', level: 'Cl', issuedAt: 1, sentAt: 1000 },
  ...{ startedAt: 2, completedAt: 3, callbacks: [{ state: 'a-state', returnTo: '/a', at: 3 }] },
}
const request = { trust: parseVectors(['Cl.Cm']), claims: [] }
const started = (details: TransactionDetails = {}, prompt?: 'login') =>
  createTransaction({ ...request, ...(prompt && { prompt }) }, details)

const outcome = (level: IdentityOutcome['level'], proven: boolean): IdentityOutcome => ({
  ...{ proven, level, claims: ['coreIdentityJWT'], returnCodes: [] },
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime(now * 1000)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the record of a sign-in', () => {
  it('[SESS-5] begins when the sign-in is completed', () => {
    const transaction = started()
    expect(renewSignedIn(verified, transaction, undefined, '/account')).toStrictEqual({
      ...verified,
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/) as string,
      sentAt: transaction.sentAt,
      startedAt: now,
      completedAt: now,
      callbacks: [{ state: transaction.state, returnTo: '/account', at: now }],
    })
  })

  it('[SESS-5, CB-16] keeps its ID, its beginning and its callbacks through a step-up', () => {
    const transaction = started({ startedFrom: 'another' })
    expect(renewSignedIn(verified, transaction, before, '/b')).toEqual({
      ...verified,
      id: 'a-sign-in',
      sentAt: transaction.sentAt,
      startedAt: 2,
      completedAt: now,
      callbacks: [...before.callbacks, { state: transaction.state, returnTo: '/b', at: now }],
    })
  })

  it('[SESS-14] has the ID of the sign-in that it started from, although that session is gone', () => {
    expect(renewSignedIn(verified, started({ startedFrom: 'gone' }), undefined, '/').id).toBe('gone')
  })

  it('[CB-16] has the last 10 callbacks', () => {
    const callbacks = Array.from({ length: 10 }, (_, at) => ({ state: `state ${at}`, returnTo: '/', at }))
    const transaction = started()
    const renewed = renewSignedIn(verified, transaction, { ...before, callbacks }, '/')
    expect(renewed.callbacks).toEqual([
      ...callbacks.slice(1),
      { state: transaction.state, returnTo: '/', at: now },
    ])
  })

  it('[AUTHZ-13] has the time of the re-authentication, through later sign-ins', () => {
    const again = renewSignedIn(verified, started({}, 'login'), before, '/')
    expect(again.reauthenticatedAt).toBe(now)
    vi.setSystemTime((now + 60) * 1000)
    expect(renewSignedIn(verified, started(), again, '/').reauthenticatedAt).toBe(now)
    expect(renewSignedIn(verified, started({}, 'login'), again, '/').reauthenticatedAt).toBe(now + 60)
  })

  it.each([
    [undefined, undefined, undefined],
    [true, undefined, true],
    [undefined, true, true],
    [false, true, undefined],
  ])('[F2F-2] has the mark of an in-person return: %s now, %s before', (marked, earlier, expected) => {
    const transaction = started(marked === undefined ? {} : { inPersonReturn: marked })
    const known = { ...before, ...(earlier && { inPersonReturn: earlier }) }
    const renewed = renewSignedIn(verified, transaction, known, '/')
    expect(renewed.inPersonReturn).toBe(expected)
    expect('inPersonReturn' in renewed).toBe(expected === true)
  })
})

describe('an identity', () => {
  const p1 = outcome('P1', true)
  const p2 = outcome('P2', true)
  const failedP1 = outcome('P1', false)
  const failedP2 = outcome('P2', false)
  const failedP3 = outcome('P3', false)

  it.each<[string, IdentityOutcome | undefined, Partial<SignedIn>, Partial<SignedIn>]>([
    ['none before or now', undefined, {}, {}],
    ['a first one', p2, {}, { identity: p2 }],
    ['a first failure', failedP2, {}, { identity: failedP2 }],
    ['none now', undefined, { identity: p2 }, { identity: p2 }],
    [
      'none now, after both',
      undefined,
      { identity: p1, failedIdentity: failedP2 },
      { identity: p1, failedIdentity: failedP2 },
    ],
    ['a failure at a higher level', failedP2, { identity: p1 }, { identity: p1, failedIdentity: failedP2 }],
    [
      'another failure at a higher level',
      failedP3,
      { identity: p1, failedIdentity: failedP2 },
      { identity: p1, failedIdentity: failedP3 },
    ],
    ['a failure at the same level', failedP2, { identity: p2 }, { identity: failedP2 }],
    ['a failure at a lower level', failedP1, { identity: p2 }, { identity: failedP1 }],
    ['a failure at a higher level after a failure', failedP2, { identity: failedP1 }, { identity: failedP2 }],
    ['a success after a failure', p2, { identity: p1, failedIdentity: failedP2 }, { identity: p2 }],
    ['a success at a lower level', p1, { identity: p2 }, { identity: p1 }],
  ])('[CID-15] is recorded after %s', (_what, now, known, expected) => {
    // prettier-ignore
    const signIn = { ...verified, ...(now && { identity: now }) }
    const { identity, failedIdentity } = renewSignedIn(signIn, started(), { ...before, ...known }, '/')
    expect({ ...(identity && { identity }), ...(failedIdentity && { failedIdentity }) }).toEqual(expected)
  })

  it('[CID-15] that was proven stays only after a failure at a higher level', () => {
    expect(leavesProven(failedP2, { ...before, identity: p1 })).toBe(true)
    expect(leavesProven(failedP2, { ...before, identity: failedP1 })).toBe(false)
    expect(leavesProven(failedP2, { ...before, identity: p2 })).toBe(false)
    expect(leavesProven(p2, { ...before, identity: p1 })).toBe(false)
    expect(leavesProven(failedP2, before)).toBe(false)
    expect(leavesProven(failedP2, undefined)).toBe(false)
  })
})
