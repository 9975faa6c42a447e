import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import {
  destroySession,
  keepEnded,
  keepThroughLogIn,
  sessionData,
  signedInUser,
  writableSessionData,
  type OneLoginSessionData,
} from '../../lib/session/session-record.ts'
import type { SignedIn } from '../../lib/sign-in/completion.ts'
import { expectRefused } from '../support/refusal.ts'

const signedIn = { sub: 'a-user' } as SignedIn
const user = { sub: 'a-user' } as unknown as Express.User
const kept: OneLoginSessionData = { signedIn }
type Done = (error?: unknown) => void

/** What a log-in is told, the page that was kept for it, and where the session returns to then. */
const returns: [options: object, returnTo: string | undefined, expected: string | undefined][] = [
  [{ successReturnToOrRedirect: '/' }, '/dragons', '/dragons'],
  [{ successReturnToOrRedirect: '/' }, undefined, undefined],
  [{}, '/dragons', undefined],
]

/** A request as far as sessions look. */
const request = (members: object) => members as unknown as Request

describe('a request', () => {
  it('[SESS-7] without a session is refused, and told where to mount one', async () => {
    for (const read of [sessionData, writableSessionData])
      await expectRefused(() => read(request({})), 'session_unavailable', /mount express-session before/)
  })

  it('[SESS-9] that only reads leaves a session without our part as it is', () => {
    const session = {}
    expect(sessionData(request({ session }))).toEqual({})
    expect(session).toEqual({})
    writableSessionData(request({ session })).lastSeenAt = 5
    expect(session).toEqual({ oneLogin: { lastSeenAt: 5 } })
  })

  it.each([
    ['a user and a record', { user, session: { oneLogin: { signedIn } } }, signedIn],
    ['a record without a user', { session: { oneLogin: { signedIn } } }, undefined],
    ['a user without a record', { user, session: { oneLogin: {} } }, undefined],
    ['a user without our part of the session', { user, session: {} }, undefined],
    ['a user without a session', { user }, undefined],
  ])('[SESS-7] is of a signed-in user where there is %s, and else of nobody', (_what, members, expected) => {
    expect(signedInUser(request(members))).toBe(expected)
  })

  it('[SESS-1] whose session cannot be ended fails with what the store said', async () => {
    const cause = new Error('connect ECONNREFUSED')
    const session = { destroy: (done: Done) => done(cause) }
    const error = await expectRefused(
      destroySession(request({ user, session })),
      'session_unavailable',
      /see that it can be reached/,
    )
    expect(error.cause).toMatchObject({ message: 'connect ECONNREFUSED' })
  })
})

describe('a session that is ended while a request is under way', () => {
  /** A request whose session is as the store says, and how often it was written. */
  function underWay(stored: object | null, failure?: Error) {
    let saves = 0
    // As with express-session, its methods are those of a class.
    class Session {
      readonly id = 'an-id'
      save(done: Done): void {
        saves++
        done()
      }
    }
    const session = new Session()
    const sessionStore = {
      get: (_id: string, done: (error: unknown, stored: unknown) => void) => done(failure, stored),
    }
    const req = request({ session, sessionStore })
    keepEnded(req)
    return { req, saves: () => saves }
  }

  it('[SESS-7] stays ended', async () => {
    const { req, saves } = underWay(null)
    const error = await new Promise((resolve) => req.session.save(resolve))
    expect(error).toBeUndefined()
    expect(saves()).toBe(0)
  })

  it('[SESS-7] is written when it goes on, with or without somebody who waits for that', async () => {
    const { req, saves } = underWay({})
    await new Promise((resolve) => req.session.save(resolve))
    expect(req.session.save()).toBe(req.session)
    expect(saves()).toBe(2)
  })

  it('[SESS-7] is not written, without a fault, when nobody waits for that', () => {
    const { req, saves } = underWay(null)
    expect(() => req.session.save()).not.toThrow()
    expect(saves()).toBe(0)
  })

  it('[SESS-7] is not written when the store cannot tell, which is passed on', async () => {
    const failure = new Error('connect ECONNREFUSED')
    const { req, saves } = underWay(null, failure)
    expect(await new Promise((resolve) => req.session.save(resolve))).toBe(failure)
    expect(saves()).toBe(0)
  })

  it('[SESS-7] can be looked after twice', () => {
    const { req, saves } = underWay({})
    keepEnded(req)
    req.session.save()
    expect(saves()).toBe(1)
  })
})

describe('a log-in', () => {
  /** A request whose `logIn` notes what it is asked, and renews the session as Passport does. */
  function loggingIn(failure?: Error) {
    const asked: object[] = []
    const req = request({})
    class Session {
      regenerate(done: Done): void {
        Object.assign(req, { session: new Session() })
        done(failure)
      }
    }
    Object.assign(req, {
      session: new Session(),
      logIn: (_user: unknown, options: { session?: boolean }, done: Done) => {
        asked.push(options)
        if (options.session === false) done()
        else req.session.regenerate(done)
      },
    })
    return { req, asked }
  }

  /** Logs in with options that the types of Passport do not all know. */
  function logIn(req: Request, options: object, done?: Done): void {
    const withAny = req.logIn.bind(req) as (user: Express.User, options: object, done?: Done) => void
    withAny(user, options, done)
  }

  it.each(['logIn', 'login'] as const)(
    '[SESS-1] has our record in the session from the moment that it is renewed, by %s',
    async (name) => {
      const { req } = loggingIn()
      keepThroughLogIn(req, kept, false)
      await new Promise((resolve) => req[name](user, resolve))
      expect(req.session.oneLogin).toBe(kept)
    },
  )

  it.each([
    [undefined, false, false],
    [undefined, true, true],
    [true, false, true],
    [false, true, true],
  ])('[CB-12] with keepSessionInfo %s, of the same user: %s, keeps the app’s data: %s', (...row) => {
    const [keepSessionInfo, sameUser, expected] = row
    const { req, asked } = loggingIn()
    keepThroughLogIn(req, kept, sameUser)
    logIn(req, { ...(keepSessionInfo !== undefined && { keepSessionInfo }) }, () => undefined)
    expect(asked).toEqual([{ keepSessionInfo: expected }])
  })

  it('[SESS-9] without a session leaves the session alone', () => {
    const { req, asked } = loggingIn()
    keepThroughLogIn(req, kept, false)
    logIn(req, { session: false }, () => undefined)
    expect(asked).toEqual([{ session: false, keepSessionInfo: false }])
    expect(req.session.oneLogin).toBeUndefined()
  })

  it.each(returns)(
    '[CB-12] with %j and the page %s has the session return to %s',
    (options, returnTo, expected) => {
      const { req } = loggingIn()
      keepThroughLogIn(req, kept, false, returnTo)
      logIn(req, options, () => undefined)
      expect(req.session.returnTo).toBe(expected)
      expect('returnTo' in req.session).toBe(expected !== undefined)
    },
  )

  it('[CB-12] that fails is told so, and returns nowhere', async () => {
    const failure = new Error('no session')
    const { req } = loggingIn(failure)
    keepThroughLogIn(req, kept, false, '/dragons')
    const options = { successReturnToOrRedirect: '/' }
    expect(await new Promise((resolve) => logIn(req, options, resolve))).toBe(failure)
    expect(req.session.returnTo).toBeUndefined()
  })

  it('[CB-12] may be done without anybody who waits for it', () => {
    const { req } = loggingIn()
    keepThroughLogIn(req, kept, false)
    expect(() => logIn(req, {})).not.toThrow()
  })

  it('[SESS-1] may be prepared twice in one request', async () => {
    const { req } = loggingIn()
    keepThroughLogIn(req, {}, false)
    keepThroughLogIn(req, kept, false)
    await new Promise((resolve) => req.logIn(user, resolve))
    expect(req.session.oneLogin).toBeDefined()
  })
})

describe('a log-in of @fastify/passport, which gives promises and calls nobody back,', () => {
  /** A request whose `logIn` notes what it is asked, and what it wants the renewed session of @fastify/session to keep. */
  function loggingIn(failure?: Error) {
    const asked: object[] = []
    const req = request({})
    class Session {
      async regenerate(names: readonly string[]): Promise<void> {
        asked.push(names)
        await Promise.resolve()
        Object.assign(req, { session: new Session() })
        if (failure) throw failure
      }
    }
    Object.assign(req, {
      session: new Session(),
      logIn: async (_user: unknown, options: { session?: boolean }) => {
        asked.push(options)
        if (options.session === false) return
        await (req.session as unknown as Session).regenerate(['session'])
      },
    })
    return { req, asked }
  }

  const logIn = async (req: Request, options?: object) =>
    (req.logIn as unknown as (user: Express.User, options?: object) => Promise<void>)(user, options)

  it('[SESS-1] has our record in the session once it is renewed, and that keeps what it is told', async () => {
    const { req, asked } = loggingIn()
    keepThroughLogIn(req, kept, true)
    await logIn(req)
    expect(req.session.oneLogin).toBe(kept)
    expect(asked).toEqual([{ keepSessionInfo: true }, ['session']])
  })

  it('[SESS-9] without a session leaves the session alone', async () => {
    const { req } = loggingIn()
    keepThroughLogIn(req, kept, false)
    await logIn(req, { session: false })
    expect(req.session.oneLogin).toBeUndefined()
  })

  it.each(returns)(
    '[CB-12] with %j and the page %s has the session return to %s',
    async (options, returnTo, expected) => {
      const { req } = loggingIn()
      keepThroughLogIn(req, kept, false, returnTo)
      await logIn(req, options)
      expect(req.session.returnTo).toBe(expected)
    },
  )

  it('[SESS-1] that fails is told so, leaves no record and returns nowhere', async () => {
    const failure = new Error('connect ECONNREFUSED')
    const { req } = loggingIn(failure)
    keepThroughLogIn(req, kept, false, '/dragons')
    await expect(logIn(req, { successReturnToOrRedirect: '/' })).rejects.toBe(failure)
    expect(Object.keys(req.session)).toEqual([])
  })

  it('[SESS-1] may renew the session by names and a callback too', async () => {
    const { req } = loggingIn()
    const asked: unknown[] = []
    const renew = (names: readonly string[], done: Done) => {
      asked.push(names)
      Object.assign(req, { session: {} })
      done()
    }
    Object.assign(req, {
      session: { regenerate: renew },
      logIn: () =>
        new Promise((resolve) => (req.session.regenerate as unknown as typeof renew)(['messages'], resolve)),
    })
    keepThroughLogIn(req, kept, false)
    await logIn(req)
    expect(asked).toEqual([['messages']])
    expect(req.session.oneLogin).toBe(kept)
  })
})
