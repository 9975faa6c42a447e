import * as diagnostics from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import type { ErrorRequestHandler, Express } from 'express'
import { MemoryStore } from 'express-session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginOptions } from '../../../lib/index.ts'
import { readyUser } from '../../../lib/simulator/index.ts'
import type { Browser } from '../../support/browser.ts'
import { DelayedStore } from '../../support/delayed-store.ts'
import { recordKey } from '../../../lib/session/record-store.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { passTime, stopClock } from '../../support/stopped-clock.ts'
import {
  fetchFrom,
  signIn,
  storedSessions,
  storedSignIn,
  visitorSignedIn,
  whoIs,
} from '../../support/visitors.ts'

const { sub } = readyUser('typical')

const signOutKey = ({ op }: Pair) => recordKey('signed-out', op.issuer, op.options.clientId, sub)

/** A page that anyone can see. */
const openPage = (app: Express) => {
  app.get('/open', (req, res) => void res.send(req.user ? 'somebody' : 'nobody'))
}

const withSession = (session: OneLoginOptions['session'], parts = {}): Promise<Pair> =>
  startPair({ options: { session }, routes: openPage, ...parts })

afterEach(() => {
  vi.useRealTimers()
})

describe('a user who signs out elsewhere', () => {
  it('[SESS-7] is signed out of 3 browsers at the next request after one back-channel logout', async () => {
    await using pair = await startPair()
    const browsers: Browser[] = []
    for (let count = 0; count < 3; count++) browsers.push(await visitorSignedIn(pair))
    await pair.op.signOut(sub)
    for (const browser of browsers) expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] gets no guarded page, and a fetch gets 401', async () => {
    await using pair = await startPair()
    const [page, script] = [await visitorSignedIn(pair), await visitorSignedIn(pair)]
    await pair.op.signOut(sub)
    const { headers } = await page.send(`${pair.service.url}/account`)
    expect(headers.location).toContain(`${pair.op.issuer}authorize`)
    expect(await fetchFrom(script, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
  })

  it('[SESS-7] is signed out also of sessions with a step-up or a re-authentication', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/identity`)
    await pair.op.signOut(sub)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] leaves no part of the session, nor its ID', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    const old = jar.get('connect.sid') ?? ''
    await pair.op.signOut(sub)
    await whoIs(pair.service, browser)
    jar.set('connect.sid', old)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    await expect(storedSignIn(pair.service)).rejects.toThrow('0 sessions')
  })

  it('[SESS-7] leaves other users signed in', async () => {
    await using pair = await startPair()
    await visitorSignedIn(pair)
    const other = await visitorSignedIn(pair, 'no-phone')
    await pair.op.signOut(sub)
    expect(await whoIs(pair.service, other)).toBe(readyUser('no-phone').sub)
  })

  it('[SESS-7] stays signed in after a sign-in that is later than the logout', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    await pair.op.signOut(sub)
    pair.op.clock.advance(2)
    await signIn(pair.service.url, browser)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-7] is signed out if the logout arrives while the sign-in is finishing', async () => {
    const progress = new EventEmitter()
    const [arrived, goOn] = [once(progress, 'arrived'), once(progress, 'go on')]
    await using pair = await startPair({
      // By now One Login has issued the ID token, and the session is not written yet.
      verify: async (user) => {
        progress.emit('arrived')
        await goOn
        return user
      },
    })
    const browser = pair.browser()
    const signingIn = browser.visit(`${pair.service.url}/sign-in?returnTo=/whoami`)
    await arrived
    const [logout] = await pair.op.signOut(sub)
    expect(logout).toMatchObject({ delivered: true })
    progress.emit('go on')
    expect((await signingIn).body).toBe('null')
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] stays signed in if the logout arrives before the sign-in at One Login', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const atOneLogin = await browser.visit(`${pair.service.url}/account`, { stopAt: true })
    const [logout] = await pair.op.signOut(sub)
    expect(logout).toMatchObject({ delivered: true })
    pair.op.clock.advance(2)
    const page = await browser.visit(atOneLogin.headers.location ?? '')
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/account` })
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-7] can still finish a waiting sign-in', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const atOneLogin = await browser.visit(`${pair.service.url}/identity`, { stopAt: true })
    await pair.op.signOut(sub)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    pair.op.clock.advance(2)
    const page = await browser.visit(atOneLogin.headers.location ?? '')
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/identity` })
  })

  it('[SESS-7] stays signed out for as long as a session can last', async () => {
    stopClock()
    await using pair = await withSession({ absolute: '12h', onExpiry: 'continue' })
    const browser = await visitorSignedIn(pair)
    await pair.op.signOut(sub)
    passTime(12 * 3600 - 1)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it.each(['signOutStore', 'session store'])(
    '[SESS-7] gets 503 while the %s cannot be read, and no request gets through',
    async (which) => {
      const store = new MemoryStore()
      await using pair = await startPair(
        which === 'session store' ? { store } : { options: { signOutStore: store } },
      )
      const browser = await visitorSignedIn(pair)
      const read = MemoryStore.prototype.get.bind(store)
      const reads = vi.spyOn(store, 'get').mockImplementation((id, done) => {
        // The session was read before the store became unavailable.
        if (id === signOutKey(pair)) done(new Error('the store is away'))
        else read(id, done)
      })
      for (const path of ['/whoami', '/account', '/identity']) {
        const { status, body } = await browser.send(pair.service.url + path)
        expect({ status, body: JSON.parse(body) as unknown }).toMatchObject({
          status: 503,
          body: { code: 'session_unavailable' },
        })
        expect(await fetchFrom(browser, pair.service.url + path)).toMatchObject({ status: 503 })
      }
      reads.mockRestore()
      expect(await whoIs(pair.service, browser)).toBe(sub)
    },
  )

  it('[SESS-7] gets 503 when the session cannot be ended', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    await pair.op.signOut(sub)
    const failing = vi.spyOn(store, 'destroy')
    failing.mockImplementation((_id, done) => done?.(new Error('the store is away')))
    expect((await browser.send(`${pair.service.url}/account`)).status).toBe(503)
    failing.mockRestore()
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })
})

describe('the limits of a session', () => {
  it('[SESS-5] end it at the absolute limit, whatever the user does', async () => {
    stopClock()
    await using pair = await withSession({ absolute: '1h', onExpiry: 'continue' })
    const browser = await visitorSignedIn(pair)
    for (let minutes = 10; minutes < 60; minutes += 10) {
      passTime(600)
      expect(await whoIs(pair.service, browser)).toBe(sub)
    }
    passTime(599)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    passTime(1)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5] are not extended by a step-up', async () => {
    stopClock()
    await using pair = await withSession({ absolute: '1h', onExpiry: 'continue' })
    const browser = await visitorSignedIn(pair)
    passTime(3000)
    await browser.visit(`${pair.service.url}/identity`)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    passTime(600)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5] end it after 12 hours by default', async () => {
    stopClock()
    await using pair = await withSession({ onExpiry: 'continue' })
    const browser = await visitorSignedIn(pair)
    passTime(12 * 3600 - 1)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    passTime(1)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5] end it when the user is inactive, and each request counts as activity', async () => {
    stopClock()
    await using pair = await withSession({ idle: '10m', onExpiry: 'continue' })
    const browser = await visitorSignedIn(pair)
    for (let request = 0; request < 5; request++) {
      passTime(599)
      expect(await whoIs(pair.service, browser)).toBe(sub)
    }
    passTime(600)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5, SESS-14] write nothing at each request if there is no idle limit', async () => {
    const store = new MemoryStore()
    await using pair = await startPair({ store })
    const browser = await visitorSignedIn(pair)
    const writes = vi.spyOn(store, 'set')
    expect(await whoIs(pair.service, browser)).toBe(sub)
    expect(writes).not.toHaveBeenCalled()
  })

  it('[SESS-5] let a user come back to the same session from a long journey at One Login', async () => {
    stopClock()
    await using pair = await withSession({ idle: '2m' })
    const browser = await visitorSignedIn(pair)
    const { startedAt } = await storedSignIn(pair.service)
    const atOneLogin = await browser.visit(`${pair.service.url}/identity`, { stopAt: true })
    passTime(240)
    const page = await browser.visit(atOneLogin.headers.location ?? '')
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/identity` })
    expect(await whoIs(pair.service, browser)).toBe(sub)
    // It is the same session, with the app's data.
    expect(await storedSignIn(pair.service)).toMatchObject({ startedAt })
  })

  it('[SESS-5] start a new session for a user whose session became too old at One Login', async () => {
    stopClock()
    await using pair = await withSession({ absolute: '2m' })
    const browser = await visitorSignedIn(pair)
    const atOneLogin = await browser.visit(`${pair.service.url}/identity`, { stopAt: true })
    passTime(240)
    const page = await browser.visit(atOneLogin.headers.location ?? '')
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/identity` })
    expect(await storedSignIn(pair.service)).toMatchObject({ startedAt: Date.now() / 1000 })
  })

  it('[SESS-5] are not extended by a callback without a sign-in', async () => {
    stopClock()
    await using pair = await withSession({ idle: '10m', onExpiry: 'continue' })
    const browser = await visitorSignedIn(pair)
    const atOneLogin = await browser.visit(`${pair.service.url}/identity`, { stopAt: true })
    const request = new URL(atOneLogin.headers.location ?? '').searchParams.get('request') ?? ''
    const { state } = JSON.parse(Buffer.from(request.split('.')[1] ?? '', 'base64url').toString()) as {
      state: string
    }
    passTime(600)
    const callback = `${pair.service.url}/auth/callback?code=made-up&state=${state}`
    expect((await browser.send(callback)).status).toBeGreaterThanOrEqual(400)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })
})

describe('a session that expires', () => {
  /** Signs a user in and lets the session expire. */
  async function expired(onExpiry: 'sign-out' | 'reauthenticate' | 'continue') {
    stopClock()
    const pair = await withSession({ idle: '10m', onExpiry })
    const browser = await visitorSignedIn(pair)
    const { idToken } = await storedSignIn(pair.service)
    passTime(601)
    return { pair, browser, idToken, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() }
  }

  it('[SESS-5] "sign-out" sends a browser that requests a page to One Login’s sign-out', async () => {
    await using expiry = await expired('sign-out')
    const { pair, browser, idToken } = expiry
    const page = await browser.visit(`${pair.service.url}/open`)
    expect(page.url).toBe(`${pair.service.url}/signed-out`)
    expect(pair.op.requests.find(({ endpoint }) => endpoint === 'logout')?.params).toMatchObject({
      id_token_hint: idToken,
    })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5] "sign-out" is the default', async () => {
    stopClock()
    await using pair = await withSession({ idle: '10m' })
    const browser = await visitorSignedIn(pair)
    passTime(601)
    const { headers } = await browser.send(`${pair.service.url}/open`)
    expect(headers.location).toContain(`${pair.op.issuer}logout?`)
  })

  it('[SESS-5] "reauthenticate" makes the user sign in again, and returns to the page', async () => {
    await using expiry = await expired('reauthenticate')
    const { pair, browser, idToken } = expiry
    const page = await browser.visit(`${pair.service.url}/open?page=3`)
    expect(page).toMatchObject({ body: 'somebody', url: `${pair.service.url}/open?page=3` })
    const request = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize').at(-1)
    expect(request?.requestObject?.claims).toMatchObject({
      prompt: 'login',
      id_token_hint: idToken,
      vtr: ['Cl.Cm'],
    })
  })

  it('[SESS-5] "reauthenticate" lets no other user in', async () => {
    await using expiry = await expired('reauthenticate')
    const { pair, browser } = expiry
    pair.op.respondWith({ user: 'no-phone' })
    const page = await browser.visit(`${pair.service.url}/open`)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'login_required' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5] "reauthenticate" starts a plain sign-in if no request object can be signed', async () => {
    stopClock()
    await using pair = await withSession({ idle: '10m', onExpiry: 'reauthenticate' }, { clientSecret: true })
    const browser = await visitorSignedIn(pair)
    passTime(601)
    expect((await browser.visit(`${pair.service.url}/open`)).body).toBe('somebody')
  })

  it('[SESS-5] "continue" shows the page without a user', async () => {
    await using expiry = await expired('continue')
    const { pair, browser } = expiry
    expect(await browser.visit(`${pair.service.url}/open`)).toMatchObject({
      status: 200,
      body: 'nobody',
      trail: [`${pair.service.url}/open`],
    })
  })

  it.each(['sign-out', 'reauthenticate'] as const)(
    '[SESS-5] "%s" responds to a fetch with 401, a problem document and no redirect',
    async (onExpiry) => {
      await using expiry = await expired(onExpiry)
      const { pair, browser } = expiry
      const response = await fetchFrom(browser, `${pair.service.url}/open`)
      expect(response).toMatchObject({
        status: 401,
        location: undefined,
        type: expect.stringMatching(/^application\/problem\+json/) as string,
      })
      expect(JSON.parse(response.body)).toMatchObject({ status: 401, code: 'session_expired' })
      // The next page redirects to One Login, with the ID token in the request.
      expect(await fetchFrom(browser, `${pair.service.url}/open`)).toMatchObject({ status: 401 })
      const { headers } = await browser.visit(`${pair.service.url}/open`, { stopAt: true })
      const { pathname } = new URL(headers.location ?? '')
      expect(pathname).toBe(onExpiry === 'sign-out' ? '/logout' : '/authorize')
      if (onExpiry === 'sign-out') expect(headers.location).toContain('id_token_hint=')
    },
  )

  it.each(['sign-out', 'reauthenticate'] as const)(
    '[SESS-5] "%s" ends the session at a form post, and leaves the response to the app',
    async (onExpiry) => {
      await using expiry = await expired(onExpiry)
      const { pair, browser } = expiry
      const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
      const response = await browser.send(`${pair.service.url}/open`, { method: 'POST', headers })
      expect(response.status).toBe(onExpiry === 'sign-out' ? 303 : 401)
      expect(pair.service.errors).toMatchObject(onExpiry === 'sign-out' ? [] : [{ code: 'session_expired' }])
      expect(await whoIs(pair.service, browser)).toBeUndefined()
    },
  )

  it('[SESS-5] "continue" lets a fetch continue without a user', async () => {
    await using expiry = await expired('continue')
    const { pair, browser } = expiry
    expect(await fetchFrom(browser, `${pair.service.url}/open`)).toMatchObject({
      status: 200,
      body: 'nobody',
    })
  })

  it.each(['sign-out', 'reauthenticate', 'continue'] as const)(
    '[SESS-5] "%s" ends the session and its ID, and publishes an event',
    async (onExpiry) => {
      await using expiry = await expired(onExpiry)
      const { pair, browser } = expiry
      const jar = browser.jar(new URL(pair.service.url).host)
      const old = jar.get('connect.sid') ?? ''
      const events: unknown[] = []
      const listener = (event: unknown) => void events.push(event)
      diagnostics.subscribe('passport-govuk-one-login:signed-out', listener)
      await browser.send(`${pair.service.url}/open`)
      diagnostics.unsubscribe('passport-govuk-one-login:signed-out', listener)
      expect(events).toEqual([{ sub, reason: 'expired' }])
      jar.set('connect.sid', old)
      expect(await whoIs(pair.service, browser)).toBeUndefined()
    },
  )
})

describe('what a session holds', () => {
  it('[SESS-9] stays on the server: no cookie and no address contains any of it', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const page = await browser.visit(`${pair.service.url}/identity`)
    const { idToken } = await storedSignIn(pair.service)
    const seen = [
      ...page.trail.filter((url) => url.startsWith(pair.service.url)),
      ...[...browser.jar(new URL(pair.service.url).host)].flat(),
    ].map(decodeURIComponent)
    expect(seen.length).toBeGreaterThan(4)
    const { email } = readyUser('typical')
    for (const secret of [idToken, ...idToken.split('.'), sub, email])
      for (const text of seen) expect(text).not.toContain(secret)
  })

  it('[SESS-9] is only an ID in the cookie', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const jar = browser.jar(new URL(pair.service.url).host)
    expect([...jar]).toEqual([['connect.sid', expect.stringMatching(/^s%3A[\w-]{32}\.[\w%+/]+$/)]])
  })

  it('is empty until a visitor signs in, so no session is stored', async () => {
    await using pair = await startPair({ routes: openPage })
    const browser = pair.browser()
    await browser.send(`${pair.service.url}/open`)
    expect(browser.jar(new URL(pair.service.url).host).size).toBe(0)
  })
})

describe('a session that could not be checked', () => {
  /** A service whose error handler shows who is signed in, and whose later middleware ignores errors. */
  const startFailing = (store: DelayedStore, ignoresErrors: boolean) =>
    startPair({
      store,
      routes: (app, oneLogin) => {
        app.get('/open', (_req, res) => void res.end())
        const handleError: ErrorRequestHandler = (_error, req, res, next) => {
          if (ignoresErrors) next()
          else res.json(oneLogin.currentSession(req))
        }
        app.use(handleError)
        app.use('/guarded', oneLogin.requireAuthentication(), (_req, res) => void res.end())
      },
    })

  /** Fails the read of the sign-out record, which comes after the read of the session. */
  const failAfterSession = (store: DelayedStore) => {
    const get = store.get.bind(store)
    let reads = 0
    vi.spyOn(store, 'get').mockImplementation((id, done) => {
      if (++reads === 1) get(id, done)
      else done(new Error('the store is away'))
    })
  }

  it('[SESS-5, CB-17] has no user on the error page', async () => {
    const store = new DelayedStore(() => 0)
    await using pair = await startFailing(store, false)
    const browser = await visitorSignedIn(pair)
    failAfterSession(store)
    expect((await browser.send(`${pair.service.url}/open`)).body).toBe('{"signedIn":false}')
  })

  it('[SESS-7, CB-17] shows no guarded page, and starts no sign-in, if the app ignores the error', async () => {
    const store = new DelayedStore(() => 0)
    await using pair = await startFailing(store, true)
    const browser = await visitorSignedIn(pair)
    failAfterSession(store)
    const page = await browser.send(`${pair.service.url}/guarded`)
    expect(page).toMatchObject({
      status: 503,
      body: expect.stringContaining('session_unavailable') as string,
    })
  })
})

describe('the record of the last activity', () => {
  it('[SESS-5] is kept for as long as the session can last', async () => {
    stopClock()
    await using pair = await startPair({ options: { session: { absolute: '2h', idle: '10m' } } })
    const browser = await visitorSignedIn(pair)
    passTime(500)
    await whoIs(pair.service, browser)
    const records = storedSessions(pair).map(
      (text) => JSON.parse(text) as { lastSeenAt?: number; cookie: { originalMaxAge: number } },
    )
    const [activity] = records.filter(({ lastSeenAt }) => lastSeenAt !== undefined)
    expect(activity).toMatchObject({
      lastSeenAt: Date.now() / 1000,
      cookie: { originalMaxAge: (7200 - 500) * 1000 },
    })
  })
})
