import { createServer } from 'node:http'
import * as diagnostics from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import session, { MemoryStore, type SessionOptions } from 'express-session'
import passport, { type PassportStatic } from 'passport'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isOneLoginError, OneLoginStrategy, type OneLoginOptions } from '../../lib/index.ts'
import { readyUser, startSimulator, type Simulator } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { DelayedStore } from '../support/delayed-store.ts'
import { heldAtLogIn, StoreWithGate } from '../support/gated-store.ts'
import { postLogout, undeliveredLogoutToken } from '../support/logout-tokens.ts'
import { startPair } from '../support/simulator.ts'
import { passTime, stopClock } from '../support/stopped-clock.ts'
import {
  fetchFrom,
  signIn,
  storedSessions,
  storedSignIn,
  untilCallback,
  visitorSignedIn,
  whoIs,
} from '../support/visitors.ts'
import { listen } from '../support/listen.ts'

const { sub } = readyUser('typical')

afterEach(() => {
  vi.useRealTimers()
})

interface Wiring extends AsyncDisposable {
  readonly url: string
  readonly op: Simulator
}

/** A service whose middleware a test mounts in any order. */
async function startWired(
  wire: (parts: {
    app: Express
    oneLogin: OneLoginStrategy
    own: PassportStatic
    sessions: RequestHandler
  }) => void,
  options: Partial<OneLoginOptions> = {},
): Promise<Wiring> {
  const app = express()
  const server = await listen(createServer(app))
  const url = server.url
  const op = await startSimulator({
    callbackURL: `${url}/auth/callback`,
    backChannelLogoutURL: `${url}/back-channel-logout`,
  })
  const oneLogin = new OneLoginStrategy({ ...op.options, ...options, passReqToCallback: false })
  const own = new (passport as unknown as { Passport: new () => PassportStatic }).Passport()
  own.use(oneLogin)
  own.serializeUser((user, done) => {
    done(null, user)
  })
  own.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const sessions = session({ secret: 'for tests', resave: false, saveUninitialized: false })
  wire({ app, oneLogin, own, sessions })
  app.get('/whoami', (req, res) => void res.json(req.user ?? null))
  app.get('/account', oneLogin.requireAuthentication(), (req, res) => void res.json(req.user))
  const explain: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
    const { status, code, message } = isOneLoginError(error)
      ? error
      : { status: 500, code: 'unexpected', message: String(error) }
    res.status(status).json({ code, message })
  }
  app.use(explain)
  return {
    url,
    op,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await op.close()
    },
  }
}

describe('session() in the wrong place', () => {
  it('[SESS-11] before passport.session() fails every guard, and still ends sessions', async () => {
    await using wired = await startWired(({ app, oneLogin, own, sessions }) => {
      app.use(sessions, oneLogin.session(), own.session() as RequestHandler, oneLogin.routes())
    })
    const browser = new Browser()
    // Also for a visitor, who must not have to sign in first.
    const page = await browser.send(`${wired.url}/account`)
    expect(page.status).toBe(503)
    expect(JSON.parse(page.body)).toMatchObject({
      code: 'session_unavailable',
      message: expect.stringMatching(/runs before passport\.session\(\)/) as string,
    })
    await browser.visit(`${wired.url}/sign-in?returnTo=/whoami`)
  })

  it('[SESS-11] between initialize() and passport.session() fails every guard, and ends the session of a user who signed out elsewhere', async () => {
    await using wired = await startWired(({ app, oneLogin, own, sessions }) => {
      app.use(sessions, own.initialize() as RequestHandler, oneLogin.session())
      app.use(own.session() as RequestHandler, oneLogin.routes())
    })
    const browser = new Browser()
    await browser.visit(`${wired.url}/sign-in?returnTo=/whoami`)
    expect(await whoIs(wired, browser)).toBe(sub)
    expect((await browser.visit(`${wired.url}/account`)).status).toBe(503)
    await wired.op.signOut(sub)
    expect(await whoIs(wired, browser)).toBeUndefined()
  })

  it('[SESS-11] fails every guard if it is missing', async () => {
    await using wired = await startWired(({ app, oneLogin, own, sessions }) => {
      app.use(sessions, own.session() as RequestHandler, oneLogin.routes())
    })
    expect((await new Browser().visit(`${wired.url}/account`)).status).toBe(503)
  })
})

describe('a page without a user after a sign-in', () => {
  it.each<[string, (own: PassportStatic) => RequestHandler[]]>([
    [
      'deserializeUser finds none',
      (own) => {
        // Instead of the one of every service here.
        Object.assign(own, {
          _deserializers: [(_user: unknown, done: (...of: unknown[]) => void) => done(null, false)],
        })
        return [own.session() as RequestHandler]
      },
    ],
    [
      'userProperty is another',
      (own) => [
        own.initialize({ userProperty: 'account' }) as RequestHandler,
        own.session() as RequestHandler,
      ],
    ],
  ])('[SESS-19] is an error that explains it, not a redirect loop, if %s', async (_what, middleware) => {
    await using wired = await startWired(({ app, oneLogin, own, sessions }) => {
      app.use(sessions, ...middleware(own), oneLogin.session(), oneLogin.routes())
    })
    const page = await new Browser().visit(`${wired.url}/account`)
    expect(page.status).toBe(503)
    expect(JSON.parse(page.body)).toMatchObject({
      code: 'session_unavailable',
      message: expect.stringContaining('req.user') as string,
    })
    expect(page.trail.length).toBeLessThan(6)
  })

  it('[SESS-19] is an error at the sign-in route too, while the session has the user', async () => {
    await using wired = await startWired(({ app, oneLogin, own, sessions }) => {
      const initialize = own.initialize({ userProperty: 'account' }) as RequestHandler
      app.use(sessions, initialize, own.session() as RequestHandler, oneLogin.session(), oneLogin.routes())
    })
    const browser = new Browser()
    await browser.visit(`${wired.url}/account`)
    expect(await browser.send(`${wired.url}/sign-in`)).toMatchObject({ status: 503 })
  })

  it('[SESS-19] is an error, not a redirect loop, if the app replaces req.user after session()', async () => {
    await using wired = await startWired(({ app, oneLogin, own, sessions }) => {
      app.use(sessions, own.session() as RequestHandler, oneLogin.session(), oneLogin.routes())
      app.use((req, _res, next) => {
        if (req.user) req.user = { ...req.user }
        next()
      })
    })
    const page = await new Browser().visit(`${wired.url}/account`)
    expect(page.status).toBe(503)
    expect(page.trail.length).toBeLessThan(12)
  })
})

describe('2 strategies in one app', () => {
  interface Two extends AsyncDisposable {
    readonly url: string
    readonly real: Simulator
    readonly trial: Simulator
  }

  /** A service with 2 providers, with one callback path for both or one each. */
  async function startTwo(trialCallback: string): Promise<Two> {
    const app = express()
    const server = await listen(createServer(app))
    const url = server.url
    const real = await startSimulator({ callbackURL: `${url}/auth/callback` })
    const trial = await startSimulator({ callbackURL: url + trialCallback })
    const options = { passReqToCallback: false } as const
    const realStrategy = new OneLoginStrategy({ ...real.options, ...options })
    const trialStrategy = new OneLoginStrategy({ ...trial.options, ...options, name: 'trial' })
    const own = new (passport as unknown as { Passport: new () => PassportStatic }).Passport()
    own.use(realStrategy)
    own.use(trialStrategy)
    own.serializeUser((user, done) => {
      done(null, user)
    })
    own.deserializeUser((user: Express.User, done) => {
      done(null, user)
    })
    app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }))
    app.use(own.session() as RequestHandler, realStrategy.session(), trialStrategy.session())
    app.use(realStrategy.routes())
    app.use(trialStrategy.routes({ paths: { signIn: '/trial/sign-in', signOut: '/trial/sign-out' } }))
    app.get('/real', realStrategy.requireIdentity({ level: 'P2' }), (_req, res) => void res.send('real'))
    app.get('/trial', trialStrategy.requireIdentity({ level: 'P2' }), (_req, res) => void res.send('trial'))
    app.get('/trial-account', trialStrategy.requireAuthentication(), (_req, res) => void res.send('trial'))
    app.use(((error: unknown, _req, res, _next) => {
      res.status(500).send(isOneLoginError(error) ? error.code : String(error))
    }) as ErrorRequestHandler)
    return {
      url,
      real,
      trial,
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]()
        await real.close()
        await trial.close()
      },
    }
  }

  it.each(['/auth/callback', '/trial/callback'])(
    '[CB-14] do not share what they verified, with the callback of the second at %s',
    async (trialCallback) => {
      await using two = await startTwo(trialCallback)
      const browser = new Browser()
      expect((await browser.visit(`${two.url}/trial`)).body).toBe('trial')
      expect(await fetchFrom(browser, `${two.url}/real`)).toMatchObject({ status: 401 })
      expect((await browser.visit(`${two.url}/real`)).body).toBe('real')
      expect(two.real.requests.some(({ endpoint }) => endpoint === 'userinfo')).toBe(true)
    },
  )

  it('[CB-14] work together for a user that the app maps to one account', async () => {
    await using two = await startTwo('/trial/callback')
    const browser = new Browser()
    await browser.visit(`${two.url}/sign-in?returnTo=/`)
    // Both providers have the same user, so that Passport serialises the same.
    await browser.visit(`${two.url}/trial-account`)
    expect((await browser.visit(`${two.url}/trial-account`)).body).toBe('trial')
  })

  it('[CB-14] never finish each other’s sign-ins', async () => {
    await using two = await startTwo('/trial/callback')
    const browser = new Browser()
    const page = await browser.visit(`${two.url}/trial-account`, {
      stopAt: (url) => url.includes('/trial/callback'),
    })
    const callback = new URL(page.headers.location ?? '')
    callback.pathname = '/auth/callback'
    expect((await browser.visit(callback.href)).status).toBe(404)
    expect(two.trial.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(0)
    expect(two.real.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(0)
  })
})

describe('requests that overlap', () => {
  it.each([false, true])(
    '[CB-13] in 5 tabs all finish, each at its own page (signed in before: %s)',
    async (isSignedIn) => {
      await using pair = await startPair({
        store: new DelayedStore(() => Math.ceil(Math.random() * 5)),
        routes: (app, oneLogin) => {
          app.get('/tab/:n', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => {
            res.json({ tab: req.params.n, sub: (req.user as { sub: string }).sub })
          })
        },
      })
      const browser = isSignedIn ? await visitorSignedIn(pair) : pair.browser()
      const tabs = Array.from({ length: 5 }, (_, n) => n)
      const pages = await Promise.all(tabs.map((n) => browser.visit(`${pair.service.url}/tab/${n}`)))
      expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      expect(pages.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
        tabs.map((n) => ({ tab: String(n), sub })),
      )
    },
  )

  it('[SESS-14] a sign-out overrides a callback that waits for One Login', async () => {
    const gate = new EventEmitter()
    await using pair = await startPair({
      verify: async (user) => {
        if (user.identity) {
          gate.emit('waiting')
          await once(gate, 'go on')
        }
        return user
      },
    })
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    const waiting = once(gate, 'waiting')
    const finishing = browser.visit(callback)
    await waiting
    await browser.send(`${pair.service.url}/sign-out`)
    gate.emit('go on')
    expect(await finishing).toMatchObject({ status: 400 })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-14] a sign-out overrides a sign-in that the same user started', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    await browser.send(`${pair.service.url}/sign-out`)
    expect((await browser.visit(callback)).status).toBe(400)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it.each<[string, Partial<SessionOptions>]>([
    ['a session of the usual kind', {}],
    ['session IDs of the app', { genid: () => `a.b%c:${Math.random()}; d` }],
    ['a changed secret', { secret: ['the new one', 'for tests'] }],
    ['a cookie with a name of the app', { name: '__Host.session' }],
  ])(
    '[SESS-14] a sign-out overrides a callback that has ended the old session and not yet stored the new one, with %s',
    async (_what, sessionOptions) => {
      const store = new StoreWithGate()
      await using pair = await startPair({ store, sessionOptions })
      const browser = await visitorSignedIn(pair)
      const finishing = await heldAtLogIn(store, browser, await untilCallback(pair, browser, '/identity'))
      await browser.send(`${pair.service.url}/sign-out`)
      store.gate.emit('go on')
      expect(await finishing.done).toMatchObject({ status: 303 })
      expect(await whoIs(pair.service, browser)).toBeUndefined()
      expect(await fetchFrom(browser, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
    },
  )

  it('[SESS-14] a sign-out overrides the callback of a user whose session the store had deleted', async () => {
    const store = new StoreWithGate()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    const { sessions } = store as unknown as { sessions: Record<string, string> }
    const kept = Object.entries(sessions).filter(([, session]) => !session.includes('passport'))
    Object.assign(store, { sessions: Object.fromEntries(kept) })
    const finishing = await heldAtLogIn(store, browser, callback)
    await browser.send(`${pair.service.url}/sign-out`)
    store.gate.emit('go on')
    await finishing.done
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-14] a sign-out ends every earlier sign-in, although 2 tabs returned at the same time', async () => {
    const store = new StoreWithGate()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    const callbacks = []
    for (let tab = 0; tab < 3; tab++) callbacks.push(await untilCallback(pair, browser, '/identity'))
    const [first = '', second = '', third = ''] = callbacks
    const finishing = await heldAtLogIn(store, browser, first)
    expect((await browser.send(second)).status).toBe(303)
    const cookieOfSecond = jar.get('connect.sid') ?? ''
    store.gate.emit('go on')
    await finishing.done
    // As if the second response had been the last to arrive.
    jar.set('connect.sid', cookieOfSecond)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    await browser.send(`${pair.service.url}/sign-out`)
    expect((await browser.send(third)).status).toBe(400)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-14] a sign-out overrides a slow request that writes the session back', async () => {
    const gate = new EventEmitter()
    await using pair = await startPair({
      store: new DelayedStore(),
      routes: (app) => {
        app.get('/slow', async (req, res) => {
          gate.emit('waiting')
          await once(gate, 'go on')
          Object.assign(req.session, { written: 'by a slow request' })
          res.end()
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    const old = jar.get('connect.sid') ?? ''
    const waiting = once(gate, 'waiting')
    const slow = browser.send(`${pair.service.url}/slow`)
    await waiting
    await browser.send(`${pair.service.url}/sign-out`)
    gate.emit('go on')
    await slow
    jar.set('connect.sid', old)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect(await fetchFrom(browser, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
  })

  it('[SESS-14] a step-up keeps what another tab stored while it waited for One Login', async () => {
    const gate = new EventEmitter()
    await using pair = await startPair({
      verify: async (user) => {
        if (user.identity) {
          gate.emit('waiting')
          await once(gate, 'go on')
        }
        return user
      },
      routes: (app) => {
        app.get('/store', (req, res) => {
          Object.assign(req.session, { basket: 'dragon food' })
          res.end()
        })
        app.get('/stored', (req, res) => void res.json((req.session as { basket?: string }).basket ?? null))
      },
    })
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    const waiting = once(gate, 'waiting')
    const finishing = browser.visit(callback)
    await waiting
    await browser.send(`${pair.service.url}/store`)
    gate.emit('go on')
    expect((await finishing).status).toBe(200)
    expect((await browser.send(`${pair.service.url}/stored`)).body).toBe('"dragon food"')
  })

  it('[SESS-14] a slow request does not affect a sign-in that starts at the same time, with an idle limit', async () => {
    const gate = new EventEmitter()
    await using pair = await startPair({
      options: { session: { idle: '10m' } },
      store: new DelayedStore(),
      routes: (app) => {
        app.get('/slow', async (_req, res) => {
          gate.emit('waiting')
          await once(gate, 'go on')
          res.end()
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    const waiting = once(gate, 'waiting')
    const slow = browser.send(`${pair.service.url}/slow`)
    await waiting
    const callback = await untilCallback(pair, browser, '/identity')
    gate.emit('go on')
    await slow
    expect((await browser.visit(callback)).status).toBe(200)
  })
})

describe('the limits of a session', () => {
  it.each(['GET', 'POST'])(
    '[SESS-13] apply at a %s to any address with the parameters of a waiting sign-in',
    async (method) => {
      stopClock()
      await using pair = await startPair({
        options: { session: { idle: '1m', onExpiry: 'continue' } },
      })
      const browser = await visitorSignedIn(pair)
      const callback = new URL(await untilCallback(pair, browser, '/identity'))
      passTime(3 * 3600)
      for (const path of ['/whoami', '/account', '/auth/callback/whoami'])
        for (const query of [callback.search, `?state=${callback.searchParams.get('state') ?? ''}&code=x`]) {
          const { body } = await browser.send(pair.service.url + path + query, { method })
          expect(body).not.toContain(sub)
        }
    },
  )

  it('[SESS-13] let the callback of a waiting sign-in finish, and show only its redirect', async () => {
    stopClock()
    await using pair = await startPair({
      options: { session: { idle: '1m' } },
      routes: (app) => {
        app.use('/auth/callback', (req, res, next) => {
          res.set('x-user', String(req.user !== undefined))
          next()
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    passTime(120)
    const response = await browser.send(callback)
    expect(response).toMatchObject({ status: 303, body: '', headers: { 'x-user': 'false' } })
    expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(200)
  })

  it('[SESS-13] apply at a callback without a waiting sign-in, and end the session there', async () => {
    stopClock()
    await using pair = await startPair({ options: { session: { idle: '1m', onExpiry: 'continue' } } })
    const browser = await visitorSignedIn(pair)
    expect(storedSessions(pair).join()).toContain('"passport"')
    passTime(61)
    await browser.send(`${pair.service.url}/auth/callback?state=made-up&code=made-up`)
    expect(storedSessions(pair).join()).not.toContain('"passport"')
  })

  it('[SESS-13] apply at the callback of another user’s waiting sign-in, and end the session there', async () => {
    stopClock()
    await using pair = await startPair({ options: { session: { idle: '1m', onExpiry: 'continue' } } })
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    await browser.visit(`${pair.service.url}/sign-out`)
    pair.op.respondWith({ user: 'not-proven' })
    await signIn(pair.service.url, browser)
    expect(storedSessions(pair).join()).toContain('"passport"')
    passTime(61)
    expect((await browser.send(callback)).status).toBe(400)
    expect(storedSessions(pair).join()).not.toContain('"passport"')
  })

  it('[SESS-13] apply at a POST to the callback of a waiting sign-in, and end the session there', async () => {
    stopClock()
    await using pair = await startPair({ options: { session: { idle: '1m', onExpiry: 'continue' } } })
    const browser = await visitorSignedIn(pair)
    const callback = await untilCallback(pair, browser, '/identity')
    expect(storedSessions(pair).join()).toContain('"passport"')
    passTime(61)
    await browser.send(callback, { method: 'POST' })
    expect(storedSessions(pair).join()).not.toContain('"passport"')
  })

  it('[SESS-13] apply at the callback of a waiting sign-in: past the absolute limit it starts a new session', async () => {
    stopClock()
    await using pair = await startPair({ options: { session: { absolute: '1h', onExpiry: 'continue' } } })
    const browser = await visitorSignedIn(pair)
    passTime(3500)
    const callback = await untilCallback(pair, browser, '/identity')
    passTime(120)
    expect((await browser.send(callback)).status).toBe(303)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-20] ask the user to re-authenticate however often the page is requested', async () => {
    stopClock()
    await using pair = await startPair({ options: { session: { idle: '1m', onExpiry: 'reauthenticate' } } })
    const browser = await visitorSignedIn(pair)
    passTime(61)
    for (let request = 0; request < 3; request++)
      await browser.visit(`${pair.service.url}/account`, { stopAt: true })
    const page = await browser.visit(`${pair.service.url}/account`)
    expect(page.status).toBe(200)
    const { requestObject } = pair.op.requests.findLast(({ endpoint }) => endpoint === 'authorize') ?? {}
    expect(requestObject?.claims).toMatchObject({ prompt: 'login' })
  })
})

describe('a back-channel logout', () => {
  it('[SESS-18] keeps a sign-in that starts after it, also in the same second', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    for (let round = 0; round < 3; round++) {
      await pair.op.signOut(sub)
      await signIn(pair.service.url, browser)
      expect(await whoIs(pair.service, browser)).toBe(sub)
    }
  })

  it('[SESS-15] is stored longer than every session, also if session.absolute is raised later', async () => {
    stopClock()
    const store = new MemoryStore()
    await using pair = await startPair({
      store,
      options: { session: { absolute: '1h', onExpiry: 'continue' } },
    })
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    await pair.op.signOut(sub)
    passTime(10 * 86_400)
    // As a deployment would: the same store, the same session, another limit.
    Object.assign(pair.service.oneLogin.relyingParty.settings.session, { absolute: 30 * 86_400 })
    expect(jar.has('connect.sid')).toBe(true)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-16] that fails is published with its code', async () => {
    const store = new DelayedStore(() => 0)
    let appFails = false
    const onBackChannelLogout = () => {
      if (appFails) throw new Error('no sockets')
    }
    await using pair = await startPair({
      store,
      simulator: { logoutRetryDelay: 0 },
      routes: (app, oneLogin) =>
        void app.post('/back-channel-logout', oneLogin.backChannelLogout({ onBackChannelLogout })),
    })
    const events: unknown[] = []
    const channel = 'passport-govuk-one-login:back-channel-logout.failed'
    const listen = (event: unknown) => void events.push(event)
    diagnostics.subscribe(channel, listen)
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    store.failing.add('set')
    expect((await postLogout(pair.service.url, { logout_token })).status).toBe(503)
    store.failing.clear()
    expect((await postLogout(pair.service.url, { logout_token: 'forged' })).status).toBe(400)
    appFails = true
    expect((await postLogout(pair.service.url, { logout_token })).status).toBe(500)
    diagnostics.unsubscribe(channel, listen)
    const codes = ['session_unavailable', 'logout_token_invalid', 'unexpected']
    expect(events).toEqual(codes.map((code) => ({ code })))
  })
})

describe('a failed re-authentication', () => {
  it.each(['login_required', 'access_denied'])('[CB-5] ends the session if it returns %s', async (error) => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/sensitive', oneLogin.requireAuthentication({ reauthenticateWithin: '5m' }), (_req, res) => {
          res.end()
        })
      },
    })
    // Otherwise the simulator's own back-channel logout would end the session.
    pair.op.register({ backChannelLogoutURL: undefined })
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error } })
    expect((await browser.visit(`${pair.service.url}/sensitive`)).status).toBeGreaterThanOrEqual(400)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[CB-4, CB-5] keeps the session if One Login returns another error', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => void app.get('/again', oneLogin.signIn({ prompt: 'login' })),
    })
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error: 'temporarily_unavailable' } })
    expect((await browser.visit(`${pair.service.url}/again`)).status).toBe(503)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[CB-5, CB-12] keeps the session if the app throws an error that looks like ours', async () => {
    let isBroken = false
    await using pair = await startPair({
      verify: (user) => {
        if (isBroken) throw Object.assign(new Error('no account'), { code: 'login_required' })
        return user
      },
    })
    const browser = await visitorSignedIn(pair)
    isBroken = true
    expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(500)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[CB-5, SESS-14] is stored as a sign-out, for a slow request that writes the session back', async () => {
    const store = new MemoryStore() as MemoryStore & { sessions: Record<string, string> }
    await using pair = await startPair({
      store,
      routes: (app, oneLogin) => void app.get('/again', oneLogin.signIn({ prompt: 'login' })),
    })
    pair.op.register({ backChannelLogoutURL: undefined })
    const browser = await visitorSignedIn(pair)
    const [before, cookies] = [{ ...store.sessions }, new Map(browser.jar(new URL(pair.service.url).host))]
    pair.op.respondWith({ error: { error: 'login_required' } })
    expect((await browser.visit(`${pair.service.url}/again`)).status).toBe(401)
    const old = Object.entries(before).filter(([, text]) => text.includes('passport'))
    expect(old).toHaveLength(1)
    Object.assign(store.sessions, Object.fromEntries(old))
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const page = await pair.browser().send(`${pair.service.url}/whoami`, { headers: { cookie } })
    expect(page.body).toBe('null')
  })

  it('[CB-4, CB-5] keeps the session if another request is denied access', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error: 'access_denied' } })
    expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(403)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })
})

describe('an identity', () => {
  it('[CID-15] that was proven stays after a failed try for a higher level', async () => {
    await using pair = await startPair({
      simulator: { client: { levels: ['P0', 'P2', 'P3'] } as never },
      routes: (app, oneLogin) => {
        app.get('/p3', oneLogin.requireIdentity({ level: 'P3' }), (_req, res) => void res.end())
      },
    })
    const browser = await visitorSignedIn(pair)
    expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(200)
    pair.op.respondWith({ level: 'P0', returnCodes: ['A'] })
    const refused = await browser.visit(`${pair.service.url}/p3`)
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'identity_not_proven' })
    const page = await browser.send(`${pair.service.url}/identity`)
    expect(JSON.parse(page.body)).toMatchObject({ sub, identity: { proven: true, level: 'P2' } })
    expect(await storedSignIn(pair.service)).toMatchObject({ failedIdentity: { level: 'P3', proven: false } })
  })

  it('[AUTHZ-18] is requested by signIn() only after the user has signed in', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/prove', oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/whoami' }))
      },
    })
    const page = await pair.browser().visit(`${pair.service.url}/prove`)
    expect(JSON.parse(page.body)).toMatchObject({ sub, identity: { proven: true } })
    const asked = pair.op.requests
      .filter(({ endpoint }) => endpoint === 'authorize')
      .map(({ requestObject }) => requestObject?.claims.vtr)
    expect(asked).toEqual([['Cl.Cm'], ['Cl.Cm.P2']])
  })

  it('[AUTHZ-17] is requested without the max_age of the strategy', async () => {
    await using pair = await startPair({
      options: { maxAge: 300 },
      simulator: { client: { maxAgeEnabled: true } },
    })
    await pair.browser().visit(`${pair.service.url}/identity`)
    const asked = pair.op.requests
      .filter(({ endpoint }) => endpoint === 'authorize')
      .map(({ requestObject }) => requestObject?.claims.max_age)
    expect(asked).toEqual([300, undefined])
  })
})

describe('the start of a sign-in', () => {
  it('[CB-17] is not sent to One Login if the store cannot keep it', async () => {
    const store = new DelayedStore(() => 0)
    await using pair = await startPair({ store })
    store.failing.add('set')
    const response = await pair.browser().send(`${pair.service.url}/account`)
    expect(response).toMatchObject({ status: 503 })
    expect(response.headers.location).toBeUndefined()
  })

  it('[SESS-9, AUTHZ-2] stores one record with a lifetime, and no session, for a visitor without cookies', async () => {
    const store = new DelayedStore(() => 0)
    await using pair = await startPair({ store })
    const response = await pair.browser().send(`${pair.service.url}/sign-in?returnTo=/${'a'.repeat(10_000)}`)
    const cookies = response.headers['set-cookie'] ?? []
    expect(cookies).toHaveLength(1)
    expect(cookies[0]).toMatch(/^one-login-[\w-]+=[\w.-]{40,}; Max-Age=7200; .*HttpOnly; SameSite=Lax$/)
    expect(store.calls.map(({ name }) => name)).toEqual(['set'])
    const [record = ''] = storedSessions(pair)
    expect(record.length).toBeLessThan(700)
    expect((JSON.parse(record) as { cookie: { originalMaxAge: number } }).cookie.originalMaxAge).toBe(
      7_200_000,
    )
  })

  it('[AUTHZ-2] clears the oldest cookie after 10', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const first = await untilCallback(pair, browser, '/sign-in')
    for (let count = 0; count < 10; count++) await browser.send(`${pair.service.url}/sign-in`)
    expect(browser.jar(new URL(pair.service.url).host).size).toBe(10)
    expect((await browser.visit(first)).status).toBe(400)
  })
})

describe('every response at the callback', () => {
  it.each(['?code=a&state=b', '?error=access_denied&state=b', '?state=a&state=b', '?code=a'])(
    '[CB-15] is stored by no cache and hides its address from other sites: %s',
    async (query) => {
      await using pair = await startPair()
      const response = await pair.browser().send(`${pair.service.url}/auth/callback${query}`)
      expect(response).toMatchObject({
        status: 400,
        headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      })
    },
  )
})

describe('behind a proxy that strips a path prefix', () => {
  it.each([undefined, { callback: '/auth/callback' }])(
    '[CB-19] users return to the address that they left, with the paths %o',
    async (paths) => {
      let inner = ''
      const proxy = express()
      // Strips /dragons, as a path-based router does, and changes nothing else.
      proxy.use('/dragons', async (req, res) => {
        const response = await fetch(inner + req.url, {
          redirect: 'manual',
          headers: { accept: 'text/html', cookie: req.headers.cookie ?? '', 'sec-fetch-mode': 'navigate' },
        })
        for (const line of response.headers.getSetCookie()) res.append('Set-Cookie', line)
        const location = response.headers.get('location')
        if (location !== null) res.set('Location', location)
        res.status(response.status).send(await response.text())
      })
      const server = await listen(createServer(proxy))
      const outer = `${server.url}/dragons`
      await using wired = await startWired(
        ({ app, oneLogin, own, sessions }) => {
          // Node's fetch never says that it is a navigation.
          app.use((req, _res, next) => {
            delete req.headers['sec-fetch-mode']
            next()
          })
          app.use(sessions, own.session() as RequestHandler, oneLogin.session())
          app.use(oneLogin.routes(paths ? { paths } : {}))
        },
        { callbackURL: `${outer}/auth/callback` },
      )
      wired.op.register({ redirectUris: [`${outer}/auth/callback`] })
      inner = wired.url
      const page = await new Browser().visit(`${outer}/account?a=b`)
      expect(page).toMatchObject({ status: 200, url: `${outer}/account?a=b` })
      await server[Symbol.asyncDispose]()
    },
  )

  it.each(['/Sign-In', '/sign-in/', '/SIGN-IN/'])('[CB-19] %s is the sign-in route', async (path) => {
    await using pair = await startPair()
    const response = await pair.browser().send(pair.service.url + path)
    expect(response.headers.location).toContain(`${pair.op.issuer}authorize`)
  })
})

describe('a session that cannot work', () => {
  const wiredWith = (middleware: RequestHandler) =>
    startWired(({ app, oneLogin, own }) => {
      app.use(middleware, own.session() as RequestHandler, oneLogin.session(), oneLogin.routes())
    })
  const withCookie = (cookie: session.CookieOptions) =>
    session({ secret: 'for tests', resave: false, saveUninitialized: false, cookie })

  it.each<[string, RegExp, RequestHandler]>([
    ['a sameSite of "strict"', /sameSite/, withCookie({ sameSite: 'strict' })],
    ['a sameSite of true', /sameSite/, withCookie({ sameSite: true })],
    ['a secure cookie without TLS', /trust proxy/, withCookie({ secure: true })],
    [
      'a session in a cookie',
      /express-session/,
      (req, _res, next) => {
        Object.assign(req, { session: {} })
        next()
      },
    ],
    ['no session', /express-session/, (_req, _res, next) => next()],
  ])('[CB-18] with %s is reported before the user goes to One Login', async (_what, message, middleware) => {
    await using wired = await wiredWith(middleware)
    const page = await new Browser().visit(`${wired.url}/sign-in`, { stopAt: true })
    expect(page.status).toBeGreaterThanOrEqual(500)
    expect((JSON.parse(page.body) as { message: string }).message).toMatch(message)
  })

  it.each([{ sameSite: 'lax' as const }, { sameSite: 'none' as const }, { secure: 'auto' as const }, {}])(
    '[CB-18] is not reported if it works: %o',
    async (cookie) => {
      await using wired = await wiredWith(withCookie(cookie))
      const page = await new Browser().visit(`${wired.url}/sign-in`, { stopAt: true })
      expect(page.status).toBe(303)
    },
  )
})

describe('a sign-out from the app’s own code', () => {
  it('[SESS-17] ends the session and returns the next address, also in redirects that started elsewhere', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/leave', async (req, res) => {
          res.redirect(await oneLogin.signOut(req, { state: 'left' }))
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    const { idToken } = await storedSignIn(pair.service)
    const page = await browser.visit(`${pair.service.url}/leave`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(page.url).toBe(`${pair.service.url}/signed-out?state=left`)
    const logout = pair.op.requests.find(({ endpoint }) => endpoint === 'logout')
    expect(logout?.params).toMatchObject({ id_token_hint: idToken })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect(browser.jar(new URL(pair.service.url).host).size).toBe(0)
  })
})

describe('currentSession()', () => {
  it('[SESS-5] returns who is signed in, and until when', async () => {
    stopClock()
    await using pair = await startPair({
      options: { session: { absolute: '1h', idle: '10m' } },
      routes: (app, oneLogin) => {
        app.get('/session', (req, res) => void res.json(oneLogin.currentSession(req)))
      },
    })
    const session = async (browser: Browser) =>
      JSON.parse((await browser.send(`${pair.service.url}/session`)).body) as unknown
    expect(await session(pair.browser())).toEqual({ signedIn: false })
    const browser = await visitorSignedIn(pair)
    passTime(60)
    expect(await session(browser)).toEqual({
      signedIn: true,
      sub,
      level: 'Cl.Cm',
      startedAt: '2026-08-01T12:00:00.000Z',
      endsAt: '2026-08-01T12:11:00.000Z',
      secondsLeft: 600,
      extendable: true,
    })
  })

  it.each([
    ['typical', '/identity', { proven: true, level: 'P2' }],
    ['not-proven', '/identity', { proven: false, level: 'P2' }],
    ['typical', '/account', undefined],
  ] as const)('[SESS-5] of the user "%s" after %s has the identity %j', async (user, page, identity) => {
    await using pair = await startPair({
      routes: (app, oneLogin) =>
        app.get('/session', (req, res) => void res.json(oneLogin.currentSession(req))),
    })
    const browser = await visitorSignedIn(pair, user)
    await browser.visit(pair.service.url + page)
    const { body } = await browser.send(`${pair.service.url}/session`)
    expect((JSON.parse(body) as { identity?: unknown }).identity).toEqual(identity)
  })

  it('[SESS-5] has no user on the error page of a callback that ended the session', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        const showError: ErrorRequestHandler = (error, req, res, _next) => {
          res.json([(error as Error & { code: string }).code, oneLogin.currentSession(req)])
        }
        app.get('/account', oneLogin.requireAuthentication(), (_req, res) => void res.end())
        app.use(oneLogin.routes(), showError)
        return false
      },
    })
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ user: 'not-proven' })
    const { body } = await browser.visit(`${pair.service.url}/sign-in`)
    expect(JSON.parse(body)).toEqual(['subject_mismatch', { signedIn: false }])
  })

  it('[SESS-5] has no user after a sign-out by the same request', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/leave', async (req, res) => {
          const before = oneLogin.currentSession(req).signedIn
          await oneLogin.signOut(req)
          res.json([before, oneLogin.currentSession(req)])
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    const { body } = await browser.send(`${pair.service.url}/leave`)
    expect(JSON.parse(body)).toEqual([true, { signedIn: false }])
  })

  it('[SESS-5] has the user whom the same request has signed in, and guards let them through', async () => {
    await using pair = await startPair({
      options: { session: { absolute: '1h', idle: '10m' } },
      routes: (app, oneLogin, passport) => {
        app.get('/sign-in', passport.authenticate('govuk-one-login') as RequestHandler)
        app.get(
          '/auth/callback',
          passport.authenticate('govuk-one-login') as RequestHandler,
          oneLogin.requireAuthentication(),
          (req, res) => void res.json(oneLogin.currentSession(req)),
        )
        return false
      },
    })
    const { body } = await pair.browser().visit(`${pair.service.url}/sign-in`)
    const current = JSON.parse(body) as { secondsLeft: number }
    expect(current).toMatchObject({ signedIn: true, sub, level: 'Cl.Cm', extendable: true })
    expect(current.secondsLeft).toBeGreaterThan(590)
  })

  it('[SESS-12, CB-17] has no user if the log-in of a step-up could not be stored', async () => {
    const store = new DelayedStore(() => 0)
    const set = store.set.bind(store)
    await using pair = await startPair({
      store,
      routes: (app, oneLogin) => {
        app.get('/prove', oneLogin.requireIdentity({ level: 'P2' }), (_req, res) => void res.end())
        const showUser: ErrorRequestHandler = (error, req, res, _next) => {
          res.json([(error as { code?: string }).code, req.user, oneLogin.currentSession(req)])
        }
        app.use(oneLogin.routes(), showUser)
        return false
      },
      verify: (user) => {
        if (user.identity)
          vi.spyOn(store, 'set').mockImplementation((id, content, done) => {
            if (JSON.stringify(content).includes('passport')) done?.(new Error('the store is away'))
            else set(id, content, done)
          })
        return user
      },
    })
    pair.op.respondWith({ user: 'typical' })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/sign-in?returnTo=/whoami`)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    const { body } = await browser.visit(`${pair.service.url}/prove`)
    expect(JSON.parse(body)).toEqual(['session_unavailable', null, { signedIn: false }])
  })

  it.each([
    ['before the app has logged the user in', 'before'],
    ['if the app logs them in without a session', 'without-session'],
    ['if the app logs in another user', 'another'],
  ])('[SESS-12] has no user in a callback of the app %s', async (_when, then) => {
    await using pair = await startPair({
      routes: (app, oneLogin, passport) => {
        app.get('/sign-in', passport.authenticate('govuk-one-login') as RequestHandler)
        app.get('/auth/callback', (req, res, next) => {
          const answer = () => void res.json(oneLogin.currentSession(req))
          const decide = (_error: unknown, user: Express.User) => {
            if (then === 'before') answer()
            else if (then === 'another') req.logIn({ ...user }, answer)
            else req.logIn(user, { session: false } as never, answer)
          }
          ;(passport.authenticate('govuk-one-login', decide) as RequestHandler)(req, res, next)
        })
        return false
      },
    })
    const { body } = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(JSON.parse(body)).toEqual({ signedIn: false })
  })
})
