import type { Express, Request, RequestHandler, Response } from 'express'
import { MemoryStore, type SessionData, type SessionOptions } from 'express-session'
import passport, { type PassportStatic } from 'passport'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import type { Browser, Page } from '../support/browser.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { fetchFrom, untilCallback, visitorSignedIn, whoIs } from '../support/visitors.ts'

const { sub } = readyUser('typical')
const tabs = [1, 2, 3, 4, 5]

afterEach(() => {
  vi.useRealTimers()
})

/** Steps up in 5 tabs at once: all start in the same session, then all return. */
async function stepUpInTabs(pair: Pair, browser: Browser): Promise<Page[]> {
  const callbacks = []
  for (const tab of tabs) callbacks.push(await untilCallback(pair, browser, `/identity?tab=${tab}`))
  return Promise.all(callbacks.map((callback) => browser.visit(callback)))
}

const errorOf = ({ body }: { readonly body: string }) =>
  JSON.parse(body) as { readonly code: string; readonly message: string }

describe('a service with other options of express-session', () => {
  it.each<[string, Partial<SessionOptions>]>([
    ['resave', { resave: true }],
    ['saveUninitialized', { saveUninitialized: true }],
    ['both, and rolling cookies', { resave: true, saveUninitialized: true, rolling: true }],
    ['unset: destroy', { unset: 'destroy' }],
    ['a lifetime of the cookie', { cookie: { maxAge: 3_600_000 } }],
  ])(
    '[SESS-14, CB-13] finishes all tabs and signs out permanently, with %s',
    async (_what, sessionOptions) => {
      await using pair = await startPair({ sessionOptions })
      const browser = await visitorSignedIn(pair)
      const before = new Map(browser.jar(new URL(pair.service.url).host))
      const pages = await stepUpInTabs(pair, browser)
      expect(pages.map(({ status, url }) => [status, new URL(url).search])).toEqual(
        tabs.map((tab) => [200, `?tab=${tab}`]),
      )
      await browser.visit(`${pair.service.url}/sign-out`, { stopAt: true })
      expect(await whoIs(pair.service, browser)).toBeUndefined()
      for (const [name, value] of before) browser.jar(new URL(pair.service.url).host).set(name, value)
      expect(await whoIs(pair.service, browser)).toBeUndefined()
    },
  )

  it.each(['elsewhere.example', '.service.example'])(
    '[CB-18] reports before the user goes to One Login that its cookie is for %s',
    async (domain) => {
      await using pair = await startPair({ sessionOptions: { cookie: { domain } } })
      const page = await pair.browser().visit(`${pair.service.url}/account`, { stopAt: true })
      expect(page.status).toBe(503)
      expect(errorOf(page).message).toContain('cookie.domain')
    },
  )
})

describe('a service with an unusual store', () => {
  /** Stores that express-session allows. */
  const unusual: readonly [string, () => MemoryStore][] = [
    [
      'reports a missing session as ENOENT, also to destroy',
      () => {
        const store = new MemoryStore()
        const missing = () => Object.assign(new Error('no such file'), { code: 'ENOENT' })
        const has = (id: string) => Object.hasOwn((store as unknown as { sessions: object }).sessions, id)
        const get = store.get.bind(store)
        const destroy = store.destroy.bind(store)
        return Object.assign(store, {
          get: (id: string, done: Parameters<typeof get>[1]) => (has(id) ? get(id, done) : done(missing())),
          destroy: (id: string, done: (error?: unknown) => void) =>
            has(id) ? destroy(id, done) : done(missing()),
        })
      },
    ],
    ['has no touch', () => Object.assign(new MemoryStore(), { touch: undefined })],
    [
      'returns undefined for a missing session',
      () => {
        const store = new MemoryStore()
        const get = store.get.bind(store)
        return Object.assign(store, {
          get: (id: string, done: Parameters<typeof get>[1]) => {
            get(id, (error, found) => {
              done(error, found ?? undefined)
            })
          },
        })
      },
    ],
    [
      'keeps the objects and calls back at once',
      () => {
        const kept = new Map<string, SessionData>()
        return Object.assign(new MemoryStore(), {
          get: (id: string, done: (error: null, found?: SessionData) => void) => done(null, kept.get(id)),
          set: (id: string, session: SessionData, done?: () => void) => {
            kept.set(id, session)
            done?.()
          },
          destroy: (id: string, done?: () => void) => {
            kept.delete(id)
            done?.()
          },
          touch: (_id: string, _session: SessionData, done?: () => void) => done?.(),
        })
      },
    ],
  ]

  it.each(unusual)('[SESS-15, CB-13] works if it %s', async (_what, create) => {
    await using pair = await startPair({ store: create() })
    const browser = await visitorSignedIn(pair)
    const pages = await stepUpInTabs(pair, browser)
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    await browser.visit(`${pair.service.url}/sign-out`, { stopAt: true })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    const other = await visitorSignedIn(pair)
    expect((await pair.op.signOut(sub))[0]).toMatchObject({ delivered: true })
    expect(await whoIs(pair.service, other)).toBeUndefined()
  })
})

describe('a service whose own code changes the session at a sign-in', () => {
  /** Starts a service whose callback is handled by Passport and then by code of the app. */
  async function startWith(atEnd: (req: Request, res: Response) => void): Promise<Pair> {
    return startPair({
      routes: (app, _oneLogin, own) => {
        app.get('/auth/callback', own.authenticate('govuk-one-login') as RequestHandler, (req, res) => {
          atEnd(req, res)
        })
      },
    })
  }

  it('[CB-12] signs in a user whom the app logs in again', async () => {
    await using pair = await startWith((req, res) => {
      req.logIn(req.user ?? {}, () => {
        res.redirect('/account')
      })
    })
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/account` })
  })

  it('[SESS-10] lets through no other user whom the app logs in afterwards', async () => {
    await using pair = await startWith((req, res) => {
      req.logIn({ ...req.user, sub: 'somebody else' }, { session: true, keepSessionInfo: true }, () => {
        res.redirect('/whoami')
      })
    })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/account`)
    expect(await whoIs(pair.service, browser)).toBe('somebody else')
    expect(await fetchFrom(browser, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
  })

  it('[SESS-19] reports it, and does not loop, if the app moves the session to another ID', async () => {
    await using pair = await startWith((req, res) => {
      const { cookie: _, ...kept } = req.session
      req.session.regenerate(() => {
        Object.assign(req.session, kept)
        res.redirect('/account')
      })
    })
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(page.status).toBe(503)
    expect(errorOf(page).message).toContain('regenerate')
    expect(page.trail.length).toBeLessThan(6)
  })

  it('[SESS-14] signs out a user whose session the app destroys', async () => {
    await using pair = await startPair({
      routes: (app) => {
        app.get('/bye', (req, res) => {
          req.session.destroy(() => void res.end())
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    await browser.send(`${pair.service.url}/bye`)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect((await browser.visit(`${pair.service.url}/account`)).status).toBe(200)
  })
})

describe('a service with other options of Passport', () => {
  const serializingTo = (value: unknown) => (_app: Express, _oneLogin: unknown, own: PassportStatic) => {
    Object.assign(own, {
      _serializers: [(_user: unknown, done: (e: null, v: unknown) => void) => done(null, value)],
    })
  }

  it.each([[null], [''], [false]])(
    '[SESS-19] reports it, and does not loop, if serializeUser returns %j',
    async (value) => {
      await using pair = await startPair({ routes: serializingTo(value) })
      const page = await pair.browser().visit(`${pair.service.url}/account`)
      expect(page.status).toBeGreaterThanOrEqual(500)
      expect(page.trail.length).toBeLessThan(6)
    },
  )

  it('[SESS-10] signs a user in if serializeUser saves the session itself', async () => {
    await using pair = await startPair({
      routes: (_app, _oneLogin, own) => {
        own.serializeUser((req: Request, user: unknown, done: (error: null, user: unknown) => void) => {
          req.session.save(() => {
            done(null, user)
          })
        })
        ;(own as unknown as { _serializers: unknown[] })._serializers.reverse()
      },
    })
    expect((await pair.browser().visit(`${pair.service.url}/account`)).status).toBe(200)
  })

  it('[SESS-10] keeps a user whose serialised form is 0', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin, own) => {
        serializingTo(0)(app, oneLogin, own)
        Object.assign(own, {
          _deserializers: [(id: number, done: (e: null, v: unknown) => void) => done(null, { id })],
        })
      },
    })
    expect((await pair.browser().visit(`${pair.service.url}/account`)).status).toBe(200)
  })

  it('[SESS-10] lets through no user from a bearer token, also if it is read before session()', async () => {
    const staff = { sub: 'staff-7' } as unknown as Express.User
    class Bearer extends passport.Strategy {
      override readonly name = 'bearer'
      override authenticate(): void {
        this.success(staff)
      }
    }
    await using pair = await startPair({
      sessionsUnchecked: true,
      routes: (app, oneLogin, own) => {
        own.use(new Bearer())
        const read = own.authenticate('bearer', { session: false }) as RequestHandler
        app.use((req, res, next) => {
          if (req.headers.authorization === undefined) next()
          else void read(req, res, next)
        })
        app.use(oneLogin.session())
      },
    })
    const browser = await visitorSignedIn(pair)
    expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(200)
    for (const path of ['/account', '/identity']) {
      const answer = await browser.send(pair.service.url + path, {
        headers: { authorization: 'Bearer staff', accept: 'application/json', 'sec-fetch-mode': 'cors' },
      })
      expect(answer.status).toBe(401)
    }
    expect((await browser.send(`${pair.service.url}/identity`)).status).toBe(200)
  })
})

describe('a callback that arrives in another way', () => {
  it.each(['HEAD', 'POST', 'OPTIONS', 'PUT'])(
    '[CB-1] is not used up by a %s, and signs the user in afterwards',
    async (method) => {
      await using pair = await startPair()
      const browser = pair.browser()
      const callback = await untilCallback(pair, browser, '/account')
      const { status } = await browser.send(callback, { method })
      expect(status).toBeGreaterThanOrEqual(method === 'OPTIONS' ? 200 : 400)
      expect(await whoIs(pair.service, browser)).toBeUndefined()
      expect((await browser.visit(callback)).status).toBe(200)
    },
  )

  it.each(['/auth/callback/', '/Auth/Callback', '/AUTH/CALLBACK/'])(
    '[CB-19] signs the user in at %s',
    async (path) => {
      await using pair = await startPair()
      const browser = pair.browser()
      const callback = new URL(await untilCallback(pair, browser, '/account'))
      callback.pathname = path
      expect((await browser.visit(callback.href)).status).toBe(200)
    },
  )

  it('[CB-13] signs the user in although the clock was set back in between, and signs out later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await using pair = await startPair({ options: { session: { idle: '10m', onExpiry: 'continue' } } })
    const browser = pair.browser()
    const callback = await untilCallback(pair, browser, '/account')
    vi.setSystemTime(Date.now() - 20_000)
    expect((await browser.visit(callback)).status).toBe(200)
    await pair.op.signOut(sub)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    vi.setSystemTime(Date.now() + 5)
    await browser.visit(`${pair.service.url}/account`)
    vi.setSystemTime(Date.now() - 20_000)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    vi.setSystemTime(Date.now() + 700_000)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })
})
