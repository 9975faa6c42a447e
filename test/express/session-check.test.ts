import type { Request } from 'express'
import { MemoryStore } from 'express-session'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SessionCheck } from '../../lib/express/session-check.ts'
import type { Settings } from '../../lib/options/strategy-options.ts'
import { recordActivity } from '../../lib/session/last-activity.ts'
import { SessionEntries, type SignedIn } from '../../lib/session/signed-in.ts'
import { refusalOf } from '../support/refusal.ts'

const client = { issuer: 'https://op.example/', clientId: 'tax-your-dragon' }
const now = Date.parse('2026-08-01T12:00:00Z') / 1000
const user = { name: 'an account of the app' } as Express.User
const signedIn: SignedIn = {
  ...{ id: 'a-sign-in', sub: 'a-user', idToken: 'a.b.c', level: 'Cl.Cm' },
  ...{ issuedAt: now, sentAt: now * 1000, startedAt: now, completedAt: now, callbacks: [] },
}
const callbackAt = (at: number) => ({ state: String(at), returnTo: '/', at })

/** A check, and the request of a user whom Passport and One Login have signed in. */
function setUp(change: Partial<SignedIn> = {}, limits: object = { absolute: 3600 }) {
  const entries = new SessionEntries(client)
  const { issuer, clientId } = client
  const settings = { environment: { issuer }, clientId, session: limits, timeout: 5 } as unknown as Settings
  const checks = new SessionCheck(settings, entries)
  const session = { id: 'a-session', passport: { user: 'account 1' } as object | undefined }
  const req = { user, session, sessionStore: new MemoryStore(), logIn: () => undefined }
  const request = req as unknown as Request
  entries.write(request.session, { ...signedIn, ...change })
  Object.assign(session, {
    regenerate: (done: () => void) => {
      Object.assign(req, { session: { id: 'a-new-session' } })
      done()
    },
  })
  return { checks, entries, req, request, session }
}

const passTime = (seconds: number) => vi.setSystemTime((now + seconds) * 1000)
const unavailable = (message: RegExp) => ({
  code: 'session_unavailable',
  message: expect.stringMatching(message) as string,
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  passTime(0)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the check of a session', () => {
  it('[SESS-5] finds who is signed in and for how long', async () => {
    const { checks, request } = setUp()
    const left = { absolute: 3600, idle: Infinity }
    expect(await checks.check(request)).toStrictEqual({ signedIn, user, left })
  })

  it.each([
    ['signedIn', { absolute: 3600, idle: 600 }, 599, { absolute: 3001, idle: 1 }],
    ['expired', { absolute: 3600, idle: 600 }, 600, { absolute: 3000, idle: 0 }],
    ['expired', { absolute: 600 }, 600, { absolute: 0, idle: Infinity }],
    ['expired', { absolute: 600, idle: 600 }, 601, { absolute: -1, idle: -1 }],
    ['signedIn', { absolute: 600 }, 599, { absolute: 1, idle: Infinity }],
  ])('[SESS-5] finds a user who is %s with the limits %o after %i s', async (who, limits, seconds, left) => {
    const { checks, request } = setUp({}, limits)
    passTime(seconds)
    expect(await checks.check(request)).toStrictEqual({ [who]: signedIn, user, left })
  })

  it('[SESS-5] counts from the last activity of this sign-in', async () => {
    const { checks, request } = setUp({}, { absolute: 3600, idle: 600 })
    await recordActivity(checks.records(request), 'a-sign-in', now + 500, 3600)
    await recordActivity(checks.records(request), 'another', now + 900, 3600)
    passTime(1000)
    expect(await checks.check(request)).toMatchObject({ signedIn, left: { idle: 100 } })
  })

  it('[SESS-7] is made once for a request, until its session changes', async () => {
    const { checks, request } = setUp()
    const reads = vi.spyOn(request.sessionStore, 'get')
    await Promise.all([checks.check(request), checks.check(request)])
    expect(reads).toHaveBeenCalledTimes(1)
    checks.clear(request)
    await checks.check(request)
    expect(reads).toHaveBeenCalledTimes(2)
  })

  it.each(['passport.session() before it', 'passport.session() after it'])(
    '[SESS-7, SESS-11] ends the session of a user who signed out elsewhere, with %s',
    async (order) => {
      const { checks, request, req } = setUp()
      if (order.includes('after')) Object.assign(req, { logIn: undefined })
      await checks.signOuts(request).end(checks.subject('a-user'), 'a-sign-in')
      const { fault, ...found } = await checks.check(request)
      expect(found).toEqual({})
      if (order.includes('after')) expect(fault).toMatchObject(unavailable(/before passport\.session/))
      else expect(fault).toBeUndefined()
      expect(request.session.id).toBe('a-new-session')
      expect(request.user).toBeUndefined()
    },
  )

  it.each([true, false])(
    '[SESS-10] finds nobody if another strategy has authenticated, in order: %s',
    async (inOrder) => {
      const { checks, request, req } = setUp()
      Object.assign(req, { authInfo: {}, ...(!inOrder && { logIn: undefined }) })
      const { fault, ...found } = await checks.check(request)
      expect(found).toEqual({})
      expect(fault === undefined).toBe(inOrder)
    },
  )

  it('[SESS-5] finds the user who must authenticate again', async () => {
    const { checks, entries, request } = setUp()
    entries.askToReauthenticate(request.session, signedIn)
    expect(await checks.check(request)).toStrictEqual({
      reauthenticate: expect.objectContaining({ sub: 'a-user', idToken: 'a.b.c' }) as object,
    })
  })

  it('[SESS-11] fails without a session, and says where to mount one', async () => {
    const { checks, req, request } = setUp()
    Object.assign(req, { session: undefined })
    await expect(checks.check(request)).rejects.toMatchObject(unavailable(/has no session/))
  })
})

describe('a faulty set-up', () => {
  it.each([
    ['nobody is signed in', { session: { id: 'empty' } }],
    ['somebody is signed in', {}],
  ])('[SESS-11] is found if session() runs before passport.session() and %s', async (_what, change) => {
    const { checks, req, request } = setUp()
    Object.assign(req, { logIn: undefined, ...change })
    const { fault } = await checks.check(request)
    expect(fault).toMatchObject(unavailable(/runs before passport\.session/))
  })

  it('[SESS-19] is found if a signed-in user has no req.user', async () => {
    const { checks, req, request } = setUp()
    Object.assign(req, { user: undefined })
    expect(await checks.check(request)).toMatchObject({ fault: unavailable(/req\.user is empty/) })
  })

  it.each([
    [59, true],
    [60, false],
  ])('[SESS-19] is found %i s after a sign-in whose Passport user is missing: %s', async (seconds, is) => {
    const { checks, session, request } = setUp()
    session.passport = undefined
    passTime(seconds)
    const { fault, ...found } = await checks.check(request)
    expect(found).toEqual({})
    if (is) expect(fault).toMatchObject(unavailable(/req\.user is empty/))
    else expect(fault).toBeUndefined()
  })

  it.each([
    [9, true],
    [10, false],
  ])('[SESS-19] is found %i s after a sign-in that moved to another session ID: %s', async (seconds, is) => {
    const { checks, session, request } = setUp()
    session.id = 'another'
    passTime(seconds)
    const { fault, ...found } = await checks.check(request)
    expect(found).toEqual({})
    if (is) expect(fault).toMatchObject(unavailable(/regenerate/))
    else expect(fault).toBeUndefined()
  })

  it('[SESS-10] is not found if another user is logged in, or nobody is', async () => {
    for (const passport of [{ user: 'account 2' }, undefined]) {
      const { checks, session, request } = setUp({ completedAt: now - 60 })
      session.passport = passport
      expect(await checks.check(request)).toStrictEqual({})
    }
  })
})

describe('what guards use', () => {
  it('[SESS-11] is refused without session() of this strategy', async () => {
    const { checks, request } = setUp()
    await checks.check(request)
    expect(await refusalOf(() => checks.concluded(request))).toMatchObject(unavailable(/was not checked/))
    expect(checks.hasFailed(request)).toBe(false)
  })

  it('[SESS-11] is refused after a fault', async () => {
    const { checks, req, request } = setUp()
    Object.assign(req, { user: undefined })
    const checked = await checks.check(request)
    checks.conclude(request, checked)
    expect(await refusalOf(() => checks.concluded(request))).toBe(checked.fault)
    expect(checks.hasFailed(request)).toBe(true)
  })

  it('[SESS-11] is refused after the session has changed', async () => {
    const { checks, request } = setUp()
    checks.conclude(request, await checks.check(request))
    expect(checks.concluded(request)).toMatchObject({ signedIn })
    expect(checks.hasFailed(request)).toBe(false)
    checks.clear(request)
    await refusalOf(() => checks.concluded(request))
  })

  it.each([
    [[], 'nobody'],
    [[0, 0], 'nobody'],
    [[-60, 0, 0], 'nobody'],
    [[-59, 0, 0], 'refused'],
    [[0, 0, 0, 0], 'refused'],
  ])(
    '[SESS-10, SESS-19] is nobody if req.user has changed, and is refused in a loop: callbacks at %j',
    async (times, result) => {
      const { checks, req, request } = setUp({ callbacks: times.map((at) => callbackAt(now + at)) })
      checks.conclude(request, await checks.check(request))
      Object.assign(req, { user: { ...user } })
      if (result === 'nobody') expect(checks.concluded(request)).toStrictEqual({})
      else expect(await refusalOf(() => checks.concluded(request))).toMatchObject(unavailable(/another user/))
    },
  )

  it('[SESS-10] is nobody also if req.user was set after nobody was found', async () => {
    const { checks, session, req, request } = setUp()
    session.passport = { user: 'account 2' }
    checks.conclude(request, await checks.check(request))
    Object.assign(req, { user: { ...user } })
    expect(checks.concluded(request)).toStrictEqual({})
  })
})

describe('the records of a check', () => {
  it('[SESS-15] are in signOutStore if there is one: only the sign-outs', async () => {
    const { request } = setUp()
    const signOutStore = new MemoryStore()
    const { issuer, clientId } = client
    const settings = { environment: { issuer }, clientId, timeout: 5, signOutStore } as unknown as Settings
    const checks = new SessionCheck(settings, new SessionEntries(client))
    expect(checks.subject('a-user')).toEqual({ ...client, sub: 'a-user' })
    const [own, app] = [vi.spyOn(signOutStore, 'set'), vi.spyOn(request.sessionStore, 'set')]
    await checks.signOuts(request).end(checks.subject('a-user'), 'a-sign-in')
    expect([own.mock.calls.length, app.mock.calls.length]).toEqual([1, 0])
    await checks.records(request).write('a-key', {}, 60)
    expect([own.mock.calls.length, app.mock.calls.length]).toEqual([1, 1])
  })
})
