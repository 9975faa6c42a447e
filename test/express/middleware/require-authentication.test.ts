import * as http from 'node:http'
import type { Express, RequestHandler } from 'express'
import { MemoryStore } from 'express-session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginStrategy } from '../../../lib/index.ts'
import type { AuthenticationNeeds } from '../../../lib/express/middleware/require-authentication.ts'
import { readyUser, type Simulator } from '../../../lib/simulator/index.ts'
import type { Browser } from '../../support/browser.ts'
import { startService } from '../../support/service.ts'
import { startPair } from '../../support/simulator.ts'
import { fetchFrom, storedSignIn, visitorSignedIn, whoIs } from '../../support/visitors.ts'

const ok: RequestHandler = (_req, res) => void res.send('the page')
const guarded = (app: Express, oneLogin: OneLoginStrategy) => {
  app.get('/strong', oneLogin.requireAuthentication({ vtr: ['Cl.Cm'] }), ok)
  app.get('/weak', oneLogin.requireAuthentication({ vtr: ['Cl'] }), ok)
  app.get('/recent', oneLogin.requireAuthentication({ maxAge: 600 }), ok)
  app.all('/any', oneLogin.requireAuthentication(), ok)
}
const sensitive = (app: Express, oneLogin: OneLoginStrategy) => {
  app.get('/sensitive', oneLogin.requireAuthentication({ reauthenticateWithin: '5m' }), ok)
}

/** The requests of the service to One Login, newest last. */
const asked = ({ requests }: Simulator) =>
  requests
    .filter(({ endpoint }) => endpoint === 'authorize')
    .map(({ requestObject }) => requestObject?.claims)

/** Moves the clocks of the service and of the simulator, which start at the same time. */
function passTime(seconds: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + seconds * 1000)
}

afterEach(() => {
  vi.useRealTimers()
})

describe('requireAuthentication', () => {
  it('[CB-12] redirects a browser to sign in, and back to the same page with its query', async () => {
    await using pair = await startPair()
    const address = `${pair.service.url}/account?dragon=green&fire=a%2Fb%20c&q=1&q=2`
    const page = await pair.browser().visit(address)
    expect(page.status).toBe(200)
    expect(page.url).toBe(address)
    expect(page.trail.some((url) => url.startsWith(`${pair.op.issuer}authorize?`))).toBe(true)
  })

  it('lets a signed-in user through without asking One Login', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const page = await browser.visit(`${pair.service.url}/account`)
    expect(page.status).toBe(200)
    expect(page.trail).toHaveLength(1)
    expect(asked(pair.op)).toHaveLength(1)
  })

  it('forbids caches to store a redirect to a sign-in', async () => {
    await using pair = await startPair()
    const { headers } = await pair.browser().send(`${pair.service.url}/account`)
    expect(headers['cache-control']).toBe('no-store')
  })

  it.each<[what: string, method: string, headers: Record<string, string>]>([
    ['a fetch for JSON', 'GET', { accept: 'application/json' }],
    ['a fetch for anything', 'GET', { accept: '*/*' }],
    ['a fetch for HTML', 'GET', { accept: 'text/html', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    [
      'a same-origin fetch for HTML',
      'GET',
      { accept: 'text/html', 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty' },
    ],
    ['a call with an empty Accept header', 'GET', { accept: '' }],
    ['a form post', 'POST', {}],
    ['a post that a page makes', 'POST', { accept: 'text/html', 'sec-fetch-mode': 'cors' }],
    ['a PUT', 'PUT', {}],
    ['a DELETE', 'DELETE', {}],
  ])('responds to %s with 401, a problem document and no redirect', async (_what, method, headers) => {
    await using pair = await startPair({ routes: guarded })
    const response = await pair.browser().send(`${pair.service.url}/any`, { method, headers })
    expect(response.status).toBe(401)
    expect(response.headers).not.toHaveProperty('location')
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(response.body)).toEqual({
      title: expect.any(String) as string,
      status: 401,
      code: 'not_signed_in',
    })
    expect(pair.service.errors).toEqual([])
  })

  it('leaves the response to a form post to the app, with 401 and no redirect', async () => {
    await using pair = await startPair({ routes: guarded })
    const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    const response = await pair.browser().send(`${pair.service.url}/any`, { method: 'POST', headers })
    expect(response.status).toBe(401)
    expect(response.headers).not.toHaveProperty('location')
    expect(pair.service.errors).toMatchObject([{ code: 'not_signed_in' }])
  })

  it('starts no sign-in for a fetch, so polling pages do not displace real sign-ins', async () => {
    await using pair = await startPair({ routes: guarded })
    const browser = pair.browser()
    await fetchFrom(browser, `${pair.service.url}/any`)
    expect(browser.jar(new URL(pair.service.url).host).size).toBe(0)
  })

  it('asks again at the stronger level if the route needs a stronger credential', async () => {
    await using pair = await startPair({ routes: guarded, options: { vtr: ['Cl'] } })
    const browser = await visitorSignedIn(pair)
    expect(await storedSignIn(pair.service)).toMatchObject({ level: 'Cl' })
    const page = await browser.visit(`${pair.service.url}/strong`)
    expect(page.body).toBe('the page')
    expect(asked(pair.op).map((request) => request?.vtr)).toEqual([['Cl'], ['Cl.Cm']])
    expect(await storedSignIn(pair.service)).toMatchObject({ level: 'Cl.Cm' })
  })

  it('accepts a stronger credential than the route needs', async () => {
    await using pair = await startPair({ routes: guarded })
    const browser = await visitorSignedIn(pair)
    expect((await browser.visit(`${pair.service.url}/weak`)).trail).toHaveLength(1)
  })

  it('responds to a fetch with 403 if the credential is too weak', async () => {
    await using pair = await startPair({ routes: guarded, options: { vtr: ['Cl'] } })
    const browser = await visitorSignedIn(pair)
    const response = await fetchFrom(browser, `${pair.service.url}/strong`)
    expect(response).toMatchObject({ status: 403, location: undefined })
    expect(JSON.parse(response.body)).toMatchObject({ status: 403, code: 'authentication_too_weak' })
  })

  it('requests only the credential if the strategy requests an identity by default', async () => {
    await using pair = await startPair({ options: { vtr: ['Cl.Cm.P2'] } })
    await visitorSignedIn(pair)
    expect(asked(pair.op).at(-1)).toMatchObject({ vtr: ['Cl.Cm'] })
    expect(asked(pair.op).at(-1)).not.toHaveProperty('claims')
  })

  it('[IDT-7] asks again with max_age if the sign-in at One Login is older than the route allows', async () => {
    await using pair = await startPair({ routes: guarded, simulator: { client: { maxAgeEnabled: true } } })
    const browser = await visitorSignedIn(pair)
    passTime(600)
    expect((await browser.visit(`${pair.service.url}/recent`)).trail).toHaveLength(1)
    passTime(60)
    const page = await browser.visit(`${pair.service.url}/recent`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/recent` })
    expect(asked(pair.op).at(-1)).toMatchObject({ max_age: 600 })
  })

  it('[IDT-7] accepts a sign-in up to maxAge and the clock tolerance, and responds to a fetch with 403 after that', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await using pair = await startPair({ routes: guarded })
    const browser = await visitorSignedIn(pair)
    passTime(630)
    expect((await fetchFrom(browser, `${pair.service.url}/recent`)).status).toBe(200)
    passTime(1)
    const response = await fetchFrom(browser, `${pair.service.url}/recent`)
    expect(response.status).toBe(403)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'authentication_too_weak' })
  })

  it('[IDT-7] redirects once, and does not loop, if One Login ignores max_age', async () => {
    await using pair = await startPair({ routes: guarded })
    const browser = await visitorSignedIn(pair)
    passTime(660)
    const page = await browser.visit(`${pair.service.url}/recent`)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'authentication_too_old' })
    // The page, One Login, the callback, then One Login and the callback again.
    expect(page.trail).toHaveLength(5)
  })

  it.each([
    [{ vtr: ['Cl.Cm.P2'] }, 'vtr'],
    [{ vtr: [] }, 'vtr'],
    [{ maxAge: -1 }, 'maxAge'],
    [{ reauthenticateWithin: 0 }, 'reauthenticateWithin'],
    [{ level: 'P2' }, 'level'],
  ])('[CONF-9] rejects %o when it is created, and names the option', async (needs, option) => {
    await using pair = await startPair()
    expect(() => pair.service.oneLogin.requireAuthentication(needs as AuthenticationNeeds)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining(`"${option}"`) as string,
      }) as Error,
    )
  })

  it('[AUTHZ-13] rejects reauthenticateWithin when it is created, if no request object can be signed', async () => {
    await using pair = await startPair({ clientSecret: true })
    expect(() => pair.service.oneLogin.requireAuthentication({ reauthenticateWithin: 60 })).toThrow(
      /request objects/,
    )
  })

  it.each(['requireAuthentication', 'requireIdentity', 'sessionStatus'] as const)(
    '[SESS-7] fails if the session was not checked, because a signed-out user would get through (%s)',
    async (guard) => {
      const store = new MemoryStore()
      await using pair = await startPair({ store })
      const browser = await visitorSignedIn(pair)
      await browser.visit(`${pair.service.url}/identity`)
      const cookie = browser.jar(new URL(pair.service.url).host).get('connect.sid') ?? ''
      // The same service, without oneLogin.session().
      await using careless = await startService(() => pair.op.options, {
        store,
        sessionsUnchecked: true,
        routes: (app, oneLogin) => {
          app.get('/', guard === 'requireIdentity' ? oneLogin[guard]({ level: 'P2' }) : oneLogin[guard](), ok)
        },
      })
      browser.jar(new URL(careless.url).host).set('connect.sid', cookie)
      const response = await browser.send(careless.url)
      expect(response.status).toBe(503)
      expect(JSON.parse(response.body)).toMatchObject({ code: 'session_unavailable' })
    },
  )

  it('[CB-12] returns to this site if the request line named another', async () => {
    await using pair = await startPair({ routes: guarded })
    const { port } = new URL(pair.service.url)
    for (const path of ['http://evil.example/any', 'http://evil.example//any']) {
      const headers = await new Promise<http.IncomingHttpHeaders>((resolve, reject) => {
        http
          .get({ port, path, headers: { accept: 'text/html' }, agent: false }, (response) => {
            response.resume()
            resolve(response.headers)
          })
          .on('error', reject)
      })
      if (!headers.location) continue
      const browser = pair.browser()
      const [cookie = ''] = headers['set-cookie'] ?? []
      browser.jar(new URL(pair.service.url).host).set('connect.sid', cookie.split(/[=;]/)[1] ?? '')
      const page = await browser.visit(headers.location)
      expect(new URL(page.url).origin).toBe(pair.service.url)
    }
  })
})

describe('requireAuthentication with reauthenticateWithin', () => {
  const visitSensitive = (url: string, browser: Browser) => browser.visit(`${url}/sensitive?step=2`)

  it('[AUTHZ-13] sends prompt=login with the stored ID token and an explicit vtr, in the request object only', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    const { idToken } = await storedSignIn(pair.service)
    const page = await visitSensitive(pair.service.url, browser)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/sensitive?step=2` })
    const last = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize').at(-1)
    expect(last?.requestObject?.claims).toMatchObject({
      prompt: 'login',
      id_token_hint: idToken,
      vtr: ['Cl.Cm'],
    })
    expect(Object.keys(last?.params ?? {}).sort()).toEqual(['client_id', 'request', 'response_type', 'scope'])
  })

  it('[AUTHZ-13] also sends an expired ID token', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    passTime(3000)
    expect((await visitSensitive(pair.service.url, browser)).body).toBe('the page')
  })

  it('[AUTHZ-13] signs in a visitor first, and then makes them sign in again', async () => {
    await using pair = await startPair({ routes: sensitive })
    const page = await visitSensitive(pair.service.url, pair.browser())
    expect(page.body).toBe('the page')
    expect(asked(pair.op).map((request) => request?.prompt)).toEqual([undefined, 'login'])
  })

  it('[AUTHZ-13] counts from the re-authentication at this service, not from auth_time', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    await visitSensitive(pair.service.url, browser)
    passTime(299)
    expect((await visitSensitive(pair.service.url, browser)).trail).toHaveLength(1)
    passTime(2)
    expect((await visitSensitive(pair.service.url, browser)).trail.length).toBeGreaterThan(1)
    expect(asked(pair.op).map((request) => request?.prompt)).toEqual([undefined, 'login', 'login'])
  })

  it('[AUTHZ-13] accepts a re-authentication for exactly as long as it says', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    await visitSensitive(pair.service.url, browser)
    passTime(300)
    expect((await fetchFrom(browser, `${pair.service.url}/sensitive`)).status).toBe(200)
    passTime(1)
    expect((await fetchFrom(browser, `${pair.service.url}/sensitive`)).status).toBe(403)
  })

  it('[AUTHZ-13] does not count a sign-in without a prompt as a re-authentication', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/sign-in`)
    const { trail } = await browser.visit(`${pair.service.url}/sensitive`)
    expect(trail.length).toBeGreaterThan(1)
  })

  it('[AUTHZ-13] keeps the re-authentication through a later sign-in of the same user', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    await visitSensitive(pair.service.url, browser)
    await browser.visit(`${pair.service.url}/sign-in`)
    expect((await visitSensitive(pair.service.url, browser)).trail).toHaveLength(1)
  })

  it('[AUTHZ-13] responds to a fetch with 403 and no redirect', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    const response = await fetchFrom(browser, `${pair.service.url}/sensitive`)
    expect(response).toMatchObject({ status: 403, location: undefined })
    expect(JSON.parse(response.body)).toMatchObject({ code: 'authentication_too_weak' })
  })

  it('[CB-5] ends the session when One Login returns login_required', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error: 'login_required' } })
    const page = await visitSensitive(pair.service.url, browser)
    expect(page.status).toBe(401)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'login_required' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[CB-5] ends the session when another person signs in instead of the user', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair, 'typical')
    pair.op.respondWith({ user: 'no-identity' })
    const page = await visitSensitive(pair.service.url, browser)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'login_required' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[AUTHZ-13] ends the session if another sub returns, even if One Login allows it', async () => {
    await using pair = await startPair({ routes: sensitive })
    const browser = await visitorSignedIn(pair)
    const { sub } = readyUser('no-identity')
    pair.op.breakUntilReset('id-token', 'wrong-sub')
    pair.op.respondWith({ user: 'typical', claims: { sub: 'urn:fdc:gov.uk:2022:somebody-else' } })
    const page = await visitSensitive(pair.service.url, browser)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'subject_mismatch' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect(page.body).not.toContain(sub)
  })
})
