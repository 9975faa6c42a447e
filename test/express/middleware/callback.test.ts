import { promisify } from 'node:util'
import type { Request, RequestHandler } from 'express'
import { MemoryStore } from 'express-session'
import type { LogInOptions } from 'passport'
import { describe, expect, it, vi } from 'vitest'
import { readyUser } from '../../../lib/simulator/index.ts'
import type { Browser } from '../../support/browser.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { signIn, visitorSignedIn, whoIs } from '../../support/visitors.ts'

const callbackPath = '/auth/callback?'

/** Visits a page and One Login, stops before the callback, and returns its address. */
async function untilCallback({ service }: Pair, browser: Browser, path: string): Promise<string> {
  const isCallback = (location: string) => location.startsWith(service.url + callbackPath)
  const { headers, status } = await browser.visit(service.url + path, { stopAt: isCallback })
  if (!headers.location) throw new Error(`No callback came, but ${status}`)
  return headers.location
}

const jarOf = ({ service }: Pair, browser: Browser) => browser.jar(new URL(service.url).host)

describe('the callback', () => {
  it('[CB-12] renews the session ID at sign-in, so the old one is useless', async () => {
    await using pair = await startPair({
      routes: (app) => {
        app.get('/visit', (req, res) => {
          Object.assign(req.session, { visited: true })
          res.end()
        })
      },
    })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/visit`)
    const address = await untilCallback(pair, browser, '/account')
    const before = jarOf(pair, browser).get('connect.sid') ?? ''
    await browser.visit(address)
    const after = jarOf(pair, browser).get('connect.sid')
    expect([before, after]).toEqual([expect.stringMatching(/^s%3A/), expect.stringMatching(/^s%3A/)])
    expect(after).not.toBe(before)
    const attacker = pair.browser()
    jarOf(pair, attacker).set('connect.sid', before)
    expect(await whoIs(pair.service, attacker)).toBeUndefined()
    expect(await whoIs(pair.service, browser)).toBe(readyUser('typical').sub)
  })

  it('[CB-12] renews the session id when a signed-in user signs in again', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const before = jarOf(pair, browser).get('connect.sid')
    await browser.visit(`${pair.service.url}/sign-in`)
    const after = jarOf(pair, browser).get('connect.sid')
    expect([before, after]).toEqual([expect.stringMatching(/^s%3A/), expect.stringMatching(/^s%3A/)])
    expect(after).not.toBe(before)
  })

  it('[CB-12] redirects to the page of the sign-in route, or to / without one', async () => {
    await using pair = await startPair()
    const { url } = pair.service
    const events = await pair
      .browser()
      .visit(`${url}/sign-in?returnTo=${encodeURIComponent('/whoami?a=1&b=%2F')}`)
    expect(events.url).toBe(`${url}/whoami?a=1&b=%2F`)
    expect((await pair.browser().visit(`${url}/sign-in`)).url).toBe(`${url}/`)
  })

  it('[CB-12] redirects to no other site for a return address that the app got from its users', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => app.get('/in', oneLogin.signIn({ returnTo: '//evil.example/' })),
    })
    const browser = pair.browser()
    const { headers } = await browser.send(await untilCallback(pair, browser, '/in'))
    expect(headers.location).toBe('/')
  })

  it('[CB-12] passes the return page and the app’s own state to the verify callback', async () => {
    let request: Request | undefined
    const events: unknown[] = []
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/in', oneLogin.signIn({ returnTo: '/whoami', state: { basket: 7 } }))
        app.get('/auth/callback', (req, _res, next) => {
          request = req
          next()
        })
      },
      verify: (user) => {
        events.push(request?.authInfo)
        return user
      },
    })
    for (const path of ['/in', '/sign-in']) await pair.browser().visit(pair.service.url + path)
    expect(events).toEqual([{ returnTo: '/whoami', state: { basket: 7 } }, {}])
  })

  it('[AUTHZ-2] lets sign-ins from other tabs finish after one of them', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const tabs = []
    for (const tab of [1, 2, 3]) tabs.push(await untilCallback(pair, browser, `/account?tab=${tab}`))
    for (const [at, address] of tabs.entries())
      expect(await browser.visit(address)).toMatchObject({
        status: 200,
        url: `${pair.service.url}/account?tab=${at + 1}`,
      })
  })

  it('[AUTHZ-2] lets a sign-in finish that started before a step-up in another tab', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const address = await untilCallback(pair, browser, '/account?tab=1')
    await browser.visit(`${pair.service.url}/identity`)
    expect(await browser.visit(address)).toMatchObject({ status: 200 })
  })

  it('[CB-1] accepts a callback once, also if it arrives twice at the same time', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const address = await untilCallback(pair, browser, '/account')
    const statuses = await Promise.all([1, 2].map(async () => (await browser.send(address)).status))
    expect(statuses.sort()).toEqual([303, 400])
    expect(pair.op.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
  })

  it('[CB-5] ends the session of a signed-in user when One Login returns login_required', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const old = jarOf(pair, browser).get('connect.sid') ?? ''
    pair.op.respondWith({ error: { error: 'login_required' } })
    const page = await browser.visit(`${pair.service.url}/identity`)
    expect(page.status).toBe(401)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'login_required' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    jarOf(pair, browser).set('connect.sid', old)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[CB-5] ends the session also if One Login’s back-channel logout does not arrive', async () => {
    await using pair = await startPair({ simulator: { logoutRetryDelay: 0 } })
    pair.op.register({ backChannelLogoutURL: `${pair.service.url}/nowhere` })
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error: 'login_required' } })
    await browser.visit(`${pair.service.url}/identity`)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('leaves a user signed in if One Login returns another error', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error: 'temporarily_unavailable' } })
    const page = await browser.visit(`${pair.service.url}/identity`)
    expect(page.status).toBe(503)
    expect(await whoIs(pair.service, browser)).toBe(readyUser('typical').sub)
  })

  it('ends the session if One Login returns another user than the signed-in one', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    const old = jarOf(pair, browser).get('connect.sid') ?? ''
    pair.op.respondWith({ user: 'no-phone' })
    const page = await browser.visit(`${pair.service.url}/sign-in`)
    expect(page.status).toBe(403)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'subject_mismatch' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    jarOf(pair, browser).set('connect.sid', old)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('ends the session if another user has signed in in another tab', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    pair.op.respondWith({ user: 'typical' })
    const address = await untilCallback(pair, browser, '/account?tab=1')
    pair.op.respondWith({ user: 'no-phone' })
    await signIn(pair.service.url, browser)
    const page = await browser.visit(address)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'subject_mismatch' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('lets no other user finish a sign-in after the session of its user has ended', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    pair.op.respondWith({ user: 'no-phone' })
    const address = await untilCallback(pair, browser, '/identity')
    pair.op.clock.advance(2)
    await pair.op.signOut(readyUser('typical').sub, { to: `${pair.service.url}/back-channel-logout` })
    const page = await browser.visit(address)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'subject_mismatch' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] keeps no user whom a sign-out could not reach if the store fails at the end', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = pair.browser()
    const address = await untilCallback(pair, browser, '/account')
    const writes = vi.spyOn(store, 'set')
    // Passport's own write. Later writes are lost.
    writes.mockImplementationOnce(MemoryStore.prototype.set.bind(store))
    writes.mockImplementation((_id, _session, done) => done?.(new Error('the store is away')))
    await browser.send(address)
    writes.mockRestore()
    await pair.op.signOut(readyUser('typical').sub)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('fails with the app’s error if the app cannot log the user in', async () => {
    const failure = new Error('no such account')
    await using pair = await startPair({
      routes: (_app, _oneLogin, passport) => {
        passport.serializeUser((_user, done) => done(failure))
        ;(passport as unknown as { _serializers: unknown[] })._serializers.reverse()
      },
    })
    const browser = pair.browser()
    const page = await browser.visit(`${pair.service.url}/account`)
    expect(page.status).toBe(500)
    expect(pair.service.errors).toEqual([failure])
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  describe('with a log-in that returns a promise, as in @fastify/passport,', () => {
    type LogIn = (user: Express.User, options: LogInOptions) => Promise<void>

    const startWith = (promising: (req: Request) => LogIn) =>
      startPair({
        routes: (app, oneLogin) => {
          const prepare: RequestHandler = (req, _res, next) => {
            Object.assign(req, { logIn: promising(req) })
            next()
          }
          app.get('/auth/callback', prepare, oneLogin.callback())
        },
      })

    it('[CB-12] signs the user in and continues', async () => {
      await using pair = await startWith((req) => promisify<Express.User, LogInOptions>(req.logIn.bind(req)))
      const browser = pair.browser()
      expect((await browser.visit(`${pair.service.url}/account`)).status).toBe(200)
      expect(await whoIs(pair.service, browser)).toBe(readyUser('typical').sub)
    })

    it('[CB-12] fails with its error', async () => {
      const failure = new Error('no such account')
      await using pair = await startWith(() => () => Promise.reject(failure))
      const browser = pair.browser()
      expect((await browser.visit(`${pair.service.url}/account`)).status).toBe(500)
      expect(pair.service.errors).toEqual([failure])
      expect(await whoIs(pair.service, browser)).toBeUndefined()
    })
  })

  it('fails without Passport, and says where to mount it', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get(
          '/auth/callback',
          (req, _res, next) => {
            Object.assign(req, { logIn: undefined })
            next()
          },
          oneLogin.callback(),
        )
      },
    })
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(page.status).toBe(503)
    expect(JSON.parse(page.body)).toMatchObject({
      code: 'session_unavailable',
      message: expect.stringContaining('Mount passport.session()') as string,
    })
  })

  it('fails and signs no user in if the session cannot be written', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = pair.browser()
    const address = await untilCallback(pair, browser, '/account')
    const writes = vi.spyOn(store, 'set')
    writes.mockImplementation((_id, _session, done) => done?.(new Error('the store is away')))
    expect((await browser.send(address)).status).toBe(503)
    writes.mockRestore()
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })
})
