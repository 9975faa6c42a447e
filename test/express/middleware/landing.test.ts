import * as http from 'node:http'
import type { Express, RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import type { OneLoginStrategy } from '../../../lib/index.ts'
import type { LandingOptions } from '../../../lib/express/middleware/landing.ts'
import { readyUser } from '../../../lib/simulator/index.ts'
import type { Browser } from '../../support/browser.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { visitorSignedIn, whoIs } from '../../support/visitors.ts'

const returnPage: RequestHandler = (_req, res) => void res.send('Welcome back')
const saved: RequestHandler = (req, res) => void res.json({ saved: true, identity: req.user })

const start = (
  differing: Partial<LandingOptions> = {},
  options: Parameters<typeof startPair>[0] = {},
): Promise<Pair> =>
  startPair({
    ...options,
    routes: (app: Express, oneLogin: OneLoginStrategy) => {
      const landing = { page: returnPage, level: 'P2', returnTo: '/form?step=4', ...differing } as const
      app.use(oneLogin.routes({ landing }))
      app.get('/welcome-back', returnPage)
      app.get('/visit', (req, res) => {
        Object.assign(req.session, { visited: true })
        res.end()
      })
      app.get('/app-sign-out', (req, res, next) => {
        req.logOut({ keepSessionInfo: true }, (error) => (error ? next(error) : res.end()))
      })
      app.get('/form', oneLogin.requireIdentity({ level: 'P2' }), saved)
      return false
    },
  })

const land = ({ service }: Pair, browser: Browser, method = 'GET') =>
  browser.visit(`${service.url}/landing`, { method })

const vectors = ({ op }: Pair) =>
  op.requests
    .filter(({ endpoint }) => endpoint === 'authorize')
    .map(({ requestObject }) => requestObject?.claims.vtr)

describe('the return from an in-person identity check', () => {
  it('[F2F-1] signs the user in at Cl.Cm and shows the return page of the service', async () => {
    await using pair = await start()
    const browser = pair.browser()
    const page = await land(pair, browser)
    expect(page).toMatchObject({ status: 200, body: 'Welcome back', url: `${pair.service.url}/landing` })
    expect(vectors(pair)).toEqual([['Cl.Cm']])
    expect(await whoIs(pair.service, browser)).toBe(readyUser('typical').sub)
  })

  it('[F2F-1] then asks for the identity and returns the user to where they left', async () => {
    await using pair = await start()
    const browser = pair.browser()
    await land(pair, browser)
    const page = await land(pair, browser, 'POST')
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/form?step=4` })
    expect(JSON.parse(page.body)).toMatchObject({ saved: true, identity: { identity: { proven: true } } })
    expect(vectors(pair)).toEqual([['Cl.Cm'], ['Cl.Cm.P2']])
  })

  it('[F2F-1] redirects to a return page at another path', async () => {
    await using pair = await start({ page: '/welcome-back' })
    const page = await land(pair, pair.browser())
    expect(page).toMatchObject({ body: 'Welcome back', url: `${pair.service.url}/welcome-back` })
  })

  it('[F2F-1] gets from the app where this user left', async () => {
    await using pair = await start({
      returnTo: (req) => Promise.resolve(`/form?of=${(req.user as { email: string }).email}`),
    })
    const browser = pair.browser()
    await land(pair, browser)
    const { url } = await land(pair, browser, 'POST')
    expect(url).toBe(`${pair.service.url}/form?of=typical@example.com`)
  })

  it('[F2F-1] redirects to no other site, whatever the app returns', async () => {
    await using pair = await start({ returnTo: '//evil.example/' })
    const browser = pair.browser()
    await land(pair, browser)
    expect((await land(pair, browser, 'POST')).url).toBe(`${pair.service.url}/`)
  })

  it('[F2F-1] redirects to no other site for a request that names one in its first line', async () => {
    await using pair = await start()
    const { port } = new URL(pair.service.url)
    const location = await new Promise((resolve, reject) => {
      http
        .request({ port, method: 'POST', path: 'http://evil.example/landing', agent: false }, (response) => {
          response.resume()
          resolve(response.headers.location)
        })
        .on('error', reject)
        .end()
    })
    expect(location).not.toContain('evil')
  })

  it('[F2F-1] requests the claims of the strategy, or its own', async () => {
    await using pair = await start({ claims: ['address'] })
    const browser = pair.browser()
    await land(pair, browser)
    await land(pair, browser, 'POST')
    const identityRequest = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize')[1]
    expect(identityRequest?.requestObject?.claims.claims).toContain('/v1/address')
  })

  it('[F2F-1] signs in a user again who is already signed in here', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    expect((await land(pair, browser)).body).toBe('Welcome back')
    expect(vectors(pair)).toEqual([['Cl.Cm'], ['Cl.Cm']])
  })

  it('[F2F-1] signs the user in at Cl.Cm, whatever the service requests by default', async () => {
    for (const vtr of ['Cl', 'Cl.Cm.P2']) {
      await using pair = await start({}, { options: { vtr: [vtr] } })
      await land(pair, pair.browser())
      expect(vectors(pair)).toEqual([['Cl.Cm']])
    }
  })

  it('[F2F-1] sends a button pressed too late back to its own page, at any path', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        const landing = oneLogin.landing({ page: returnPage, level: 'P2', returnTo: '/form' })
        app.all('/in/person/landing', landing)
      },
    })
    const address = `${pair.service.url}/in/person/landing`
    const page = await pair.browser().send(`${address}?a=b`, { method: 'POST' })
    expect(new URL(page.headers.location ?? '', address).href).toBe(address)
  })

  it('[F2F-1] signs in a user whom the app has signed out since they landed', async () => {
    await using pair = await start()
    const browser = pair.browser()
    await land(pair, browser)
    await browser.visit(`${pair.service.url}/app-sign-out`)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect(await land(pair, browser)).toMatchObject({ status: 200, body: 'Welcome back' })
    expect(vectors(pair)).toEqual([['Cl.Cm'], ['Cl.Cm']])
  })

  it('[F2F-1] passes an identity that is not proven to the app, with the return codes', async () => {
    await using pair = await start()
    pair.op.respondWith({ user: 'not-proven' })
    const browser = pair.browser()
    await land(pair, browser)
    const page = await land(pair, browser, 'POST')
    expect(page).toMatchObject({ status: 403, url: `${pair.service.url}/form?step=4` })
    expect(JSON.parse(page.body)).toMatchObject({ code: 'identity_not_proven', returnCodes: ['B', 'C'] })
  })

  it('[F2F-2] keeps the mark when sign-in renews the session ID', async () => {
    await using pair = await start()
    const browser = pair.browser()
    const { host } = new URL(pair.service.url)
    await browser.visit(`${pair.service.url}/visit`)
    const atOneLogin = await browser.visit(`${pair.service.url}/landing`, { stopAt: true })
    const before = browser.jar(host).get('connect.sid')
    const page = await browser.visit(atOneLogin.headers.location ?? '')
    const after = browser.jar(host).get('connect.sid')
    expect([before, after]).toEqual([expect.stringMatching(/^s%3A/), expect.stringMatching(/^s%3A/)])
    expect(after).not.toBe(before)
    expect(page.body).toBe('Welcome back')
    expect((await land(pair, browser)).trail).toHaveLength(1)
  })

  it('[F2F-2] uses the mark once', async () => {
    await using pair = await start()
    const browser = pair.browser()
    await land(pair, browser)
    await land(pair, browser, 'POST')
    const before = vectors(pair).length
    await land(pair, browser)
    expect(vectors(pair).slice(before)).toEqual([['Cl.Cm']])
  })

  it('[F2F-2] uses up the mark when the user continues, also if they never return', async () => {
    await using pair = await start()
    const browser = pair.browser()
    await land(pair, browser)
    await browser.visit(`${pair.service.url}/landing`, { method: 'POST', stopAt: true })
    expect((await land(pair, browser)).trail.length).toBeGreaterThan(1)
  })

  it('[F2F-2] does not count a user who has not landed as returned', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const response = await browser.send(`${pair.service.url}/landing`, { method: 'POST' })
    expect(response).toMatchObject({ status: 303, headers: { location: './landing' } })
    expect(vectors(pair)).toHaveLength(1)
  })

  it('[F2F-2] does not count a user whose sign-in failed as returned', async () => {
    await using pair = await start()
    pair.op.respondWith({ error: { error: 'access_denied' } })
    const browser = pair.browser()
    expect((await land(pair, browser)).status).toBe(403)
    const { headers } = await browser.send(`${pair.service.url}/landing`, { method: 'POST' })
    expect(headers.location).toBe('./landing')
  })

  it('[CONF-9] rejects an unknown level when it is created', async () => {
    await using pair = await startPair()
    const options = { page: '/', level: 'P9', returnTo: '/' } as unknown as LandingOptions
    expect(() => pair.service.oneLogin.landing(options)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }) as Error,
    )
  })
})
