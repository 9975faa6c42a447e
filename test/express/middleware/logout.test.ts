import { createServer } from 'node:http'
import * as diagnostics from 'node:diagnostics_channel'
import express, { type RequestHandler } from 'express'
import { MemoryStore } from 'express-session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { OneLoginStrategy, type OneLoginOptions } from '../../../lib/index.ts'
import { startService } from '../../support/service.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { storedSignIn, untilCallback, visitorSignedIn, whoIs } from '../../support/visitors.ts'
import { listen } from '../../support/listen.ts'

const sessionCount = (store: MemoryStore) =>
  new Promise((resolve, reject) => {
    store.all((error, sessions) => {
      if (error) reject(error as Error)
      // The store also holds records of users who have signed out.
      else
        resolve(
          Object.values(sessions ?? {}).filter((strategy) => 'passport' in strategy || 'visited' in strategy)
            .length,
        )
    })
  })

/** Starts a session for a visitor without signing them in. */
const startSession: RequestHandler = (req, res) => {
  Object.assign(req.session, { visited: true })
  res.end()
}

/** The requests to the provider's end-session endpoint. */
const endSessionCall = ({ op }: Pair) => op.requests.find(({ endpoint }) => endpoint === 'logout')

afterEach(() => {
  vi.useRealTimers()
})

describe('logout', () => {
  it('[SESS-1] ends the session here, then at One Login with the hint, and returns', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const { idToken } = await storedSignIn(pair.service)
    const page = await browser.visit(`${pair.service.url}/sign-out`)
    expect(page.url).toBe(`${pair.service.url}/signed-out`)
    expect(endSessionCall(pair)).toMatchObject({
      method: 'GET',
      params: { id_token_hint: idToken, post_logout_redirect_uri: `${pair.service.url}/signed-out` },
    })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-1] has ended the session before the browser goes to One Login', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    const { host } = new URL(pair.service.url)
    const old = browser.jar(host).get('connect.sid') ?? ''
    const response = await browser.send(`${pair.service.url}/sign-out`)
    expect(response.status).toBe(303)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(await sessionCount(store)).toBe(0)
    browser.jar(host).set('connect.sid', old)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-1] deletes the cookie', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    const own = jar.get('connect.sid') ?? ''
    jar.clear()
    jar.set('of-the-app', 'stays').set('connect.sid', own)
    const { headers } = await browser.send(`${pair.service.url}/sign-out`)
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^connect\.sid=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly$/),
    ])
    expect([...jar.keys()]).toEqual(['of-the-app'])
  })

  it('[SESS-1] deletes a cookie that arrived without percent signs, as from some proxies', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    jar.set('connect.sid', decodeURIComponent(jar.get('connect.sid') ?? ''))
    const { headers } = await browser.send(`${pair.service.url}/sign-out`)
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^connect\.sid=; Path=\/; Expires=Thu, 01 Jan 1970/),
    ])
  })

  it('[SESS-1] deletes a cookie that was set for a domain, a path and for links from other sites', async () => {
    const cookie = {
      domain: 'localhost',
      path: '/b',
      sameSite: 'lax',
      httpOnly: false,
      secure: false,
    } as const
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/bye', (req, res, next) => {
          Object.assign(req.session.cookie, cookie)
          oneLogin.logout()(req, res, next)
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    browser.jar(new URL(pair.service.url).host).set('of-the-app', 's:of-the-app')
    const { headers } = await browser.send(`${pair.service.url}/bye`)
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^connect\.sid=; Domain=localhost; Path=\/b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax$/,
      ),
    ])
  })

  it.each([
    [false, 'https', false],
    [true, 'http', true],
    ['auto', 'http', false],
    ['auto', 'https', true],
  ] as const)('[SESS-1] deletes a cookie whose "secure" is %j, over %s', async (secure, scheme, isSecure) => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.set('trust proxy', true).get('/bye', (req, res, next) => {
          Object.assign(req.session.cookie, { secure })
          oneLogin.logout()(req, res, next)
        })
      },
    })
    const browser = await visitorSignedIn(pair)
    const { headers } = await browser.send(`${pair.service.url}/bye`, {
      headers: { 'x-forwarded-proto': scheme },
    })
    expect(headers['set-cookie']?.[0]?.includes('; Secure')).toBe(isSecure)
  })

  it.each([
    ['the sub and reason for a signed-in user', true],
    ['only the reason for a visitor', false],
  ])('[SESS-1] publishes %s', async (_what, isSignedIn) => {
    await using pair = await startPair({ routes: (app) => app.get('/start', startSession) })
    const browser = isSignedIn ? await visitorSignedIn(pair) : pair.browser()
    await browser.send(`${pair.service.url}/start`)
    const sub = await whoIs(pair.service, browser)
    const events: unknown[] = []
    const listener = (event: unknown) => void events.push(event)
    diagnostics.subscribe('passport-govuk-one-login:signed-out', listener)
    await browser.send(`${pair.service.url}/sign-out`)
    diagnostics.unsubscribe('passport-govuk-one-login:signed-out', listener)
    expect(events).toStrictEqual([{ ...(isSignedIn && { sub }), reason: 'user' }])
  })

  it('[SESS-1] redirects to One Login also if the app has no sessions', async () => {
    await using pair = await startPair()
    const app = express().use(pair.service.oneLogin.logout())
    const server = await listen(createServer(app))
    const response = await pair.browser().send(`${server.url}/`)
    await server[Symbol.asyncDispose]()
    expect(response).toMatchObject({ status: 303, headers: { location: `${pair.op.issuer}logout` } })
  })

  it('[SESS-1] passes on the state, which returns to the post-logout page', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/fixed', oneLogin.logout({ state: 'a-state' }))
        app.get('/asked', oneLogin.logout({ state: ({ url }) => url.split('=')[1] }))
      },
    })
    const fixed = await (await visitorSignedIn(pair)).visit(`${pair.service.url}/fixed`)
    expect(fixed.url).toBe(`${pair.service.url}/signed-out?state=a-state`)
    const asked = await (await visitorSignedIn(pair, 'no-phone')).visit(`${pair.service.url}/asked?why=done`)
    expect(asked.url).toBe(`${pair.service.url}/signed-out?state=done`)
  })

  it('[SESS-4] accepts a POST, which continues as a GET', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const response = await browser.send(`${pair.service.url}/sign-out`, { method: 'POST' })
    expect(response.status).toBe(303)
    expect(response.headers.location).toContain(`${pair.op.issuer}logout?id_token_hint=`)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-2] sends an ID token that has expired as the hint', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    vi.setSystemTime(Date.now() + 6 * 3600_000)
    const page = await browser.visit(`${pair.service.url}/sign-out`)
    expect(page.url).toBe(`${pair.service.url}/signed-out`)
    expect(endSessionCall(pair)?.params).toHaveProperty('id_token_hint')
  })

  it('[SESS-2] sends no return address if no user is signed in, and One Login shows its own page', async () => {
    await using pair = await startPair()
    const page = await pair.browser().visit(`${pair.service.url}/sign-out`)
    expect(page).toMatchObject({ status: 200, url: `${pair.op.issuer}signed-out` })
    expect(endSessionCall(pair)?.params).toEqual({})
  })

  it('[SESS-2, SESS-14] signs out a browser that is still at One Login in other tabs', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    for (const path of ['/account', '/sign-in']) await untilCallback(pair, browser, path)
    const page = await browser.visit(`${pair.service.url}/sign-out`)
    expect(page).toMatchObject({ status: 200, url: expect.stringContaining(pair.op.issuer) as string })
  })

  it('[SESS-2] still signs out at One Login when the session here has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await using pair = await startPair({ options: { session: { absolute: '1h', onExpiry: 'continue' } } })
    const browser = await visitorSignedIn(pair)
    vi.setSystemTime(Date.now() + 3601_000)
    const page = await browser.visit(`${pair.service.url}/sign-out`)
    expect(page.url).toBe(`${pair.op.issuer}signed-out`)
  })

  it('[SESS-2] signs the user out here also if One Login is unavailable', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    const cookie = browser.jar(new URL(pair.service.url).host).get('connect.sid') ?? ''
    await pair.op.stopListening()
    // A process that has just started has no document of One Login yet.
    await using other = await startService(
      () => ({ ...(pair.op.options as OneLoginOptions), postLogoutRedirectURL: `${pair.service.url}/bye` }),
      { store },
    )
    browser.jar(new URL(other.url).host).set('connect.sid', cookie)
    const response = await browser.send(`${other.url}/sign-out`)
    expect(response).toMatchObject({ status: 303, headers: { location: `${pair.service.url}/bye` } })
    expect(await sessionCount(store)).toBe(0)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-2] redirects to the start page if One Login is unavailable and no return address is registered', async () => {
    await using pair = await startPair()
    const { postLogoutRedirectURL: _, ...options } = pair.op.options
    await pair.op.stopListening()
    await using other = await startService(() => options)
    const response = await pair.browser().send(`${other.url}/sign-out`)
    expect(response).toMatchObject({ status: 303, headers: { location: '/' } })
  })

  it('[SESS-3] keeps the query under 2048 characters, and leaves out what is too long', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.get('/bye', oneLogin.logout({ state: 'x'.repeat(2000) }))
      },
    })
    const browser = await visitorSignedIn(pair)
    const { headers } = await browser.send(`${pair.service.url}/bye`)
    const { search, searchParams } = new URL(headers.location ?? '')
    expect(search.slice(1).length).toBeLessThan(2048)
    expect([...searchParams.keys()]).toEqual(['id_token_hint', 'post_logout_redirect_uri'])
  })

  it.each<[what: string, method: string, headers: Record<string, string>]>([
    ['a link on another site', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['an image on another site', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a form on another site', 'POST', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a form on another site, in an old browser', 'POST', { origin: 'https://evil.example' }],
    ['a form in a sandbox, in an old browser', 'POST', { origin: 'null' }],
    ['a form on another port, in an old browser', 'POST', { origin: 'http://127.0.0.1:1' }],
  ])('[SESS-4] rejects %s, and leaves the user signed in', async (_what, method, headers) => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const response = await browser.send(`${pair.service.url}/sign-out`, { method, headers })
    expect(response.status).toBe(403)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'cross_site_request' })
    expect(response.headers).not.toHaveProperty('location')
    expect(await whoIs(pair.service, browser)).toBeDefined()
  })

  it.each<[what: string, method: string, headers: (url: string) => Record<string, string>]>([
    ['a link on a page of the service', 'GET', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['an address that the user typed', 'GET', () => ({ 'sec-fetch-site': 'none' })],
    ['a link, in an old browser', 'GET', () => ({})],
    ['a form of the service', 'POST', (url) => ({ 'sec-fetch-site': 'same-origin', origin: url })],
    ['a form of the service, in an old browser', 'POST', (url) => ({ origin: url })],
  ])('[SESS-4] accepts %s', async (_what, method, headers) => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const { url } = pair.service
    const response = await browser.send(`${url}/sign-out`, { method, headers: headers(url) })
    expect(response.status).toBe(303)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-1] fails if the session cannot be ended', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    vi.spyOn(store, 'destroy').mockImplementation((_id, done) => done?.(new Error('no store')))
    const response = await browser.send(`${pair.service.url}/sign-out`)
    expect(response.status).toBe(503)
    expect(response.headers).not.toHaveProperty('location')
  })

  it('[SESS-9] puts the ID token in no address of the service', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const { idToken } = await storedSignIn(pair.service)
    const { trail } = await browser.visit(`${pair.service.url}/sign-out`)
    for (const url of trail) if (url.startsWith(pair.service.url)) expect(url).not.toContain(idToken)
  })
})

describe('a service whose sessions are shorter than One Login’s', () => {
  async function warningsOf(
    session: OneLoginOptions['session'],
    mount: (strategy: OneLoginStrategy) => unknown,
  ) {
    await using pair = await startPair()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const { privateKey, ...options } = pair.op.options
    const oneLogin = new OneLoginStrategy({ ...options, privateKey, session })
    oneLogin.session()
    mount(oneLogin)
    await new Promise((resolve) => setImmediate(resolve))
    const warnings = warn.mock.calls.map(([, options]) => options)
    warn.mockRestore()
    return warnings
  }
  const nothing = () => undefined

  it('[SESS-5] gets a warning if it mounts no sign-out', async () => {
    const warning = { code: 'ONE_LOGIN_NO_LOGOUT' }
    expect(await warningsOf({ absolute: '59m' }, nothing)).toEqual([warning])
    expect(await warningsOf({ idle: '59m' }, nothing)).toEqual([warning])
    expect(
      await warningsOf({ idle: '59m' }, (strategy) => strategy.routes({ paths: { signOut: false } })),
    ).toEqual([warning])
  })

  it('[SESS-5] gets no warning if it mounts one, before or after the sessions', async () => {
    expect(await warningsOf({ idle: '30m' }, (strategy) => strategy.logout())).toEqual([])
    expect(await warningsOf({ idle: '30m' }, (strategy) => strategy.routes())).toEqual([])
  })

  it('[SESS-5] gets no warning if its sessions last an hour or more', async () => {
    expect(await warningsOf({ idle: '60m' }, nothing)).toEqual([])
    expect(await warningsOf(undefined, nothing)).toEqual([])
  })
})
