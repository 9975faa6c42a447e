import type { RequestHandler } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginOptions } from '../../lib/index.ts'
import { startPair } from '../support/simulator.ts'
import { passTime, stopClock } from '../support/stopped-clock.ts'
import { storedSessions, untilCallback, visitorSignedIn } from '../support/visitors.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('the second try after a sign-in that is too old', () => {
  /** What is stored of a second try, and how often the browser went to One Login in the end. */
  async function secondTry(path: string) {
    await using pair = await startPair({
      simulator: { client: { maxAgeEnabled: true } },
      options: { maxAge: 600 },
      routes: (app, oneLogin) => {
        app.use(oneLogin.routes({ landing: { page: '/whoami', level: 'P2', returnTo: '/account' } }))
        return false
      },
    })
    pair.op.breakNext('id-token', 'auth-time-too-old')
    const browser = pair.browser()
    const callback = await untilCallback(pair, browser, path)
    const again = await browser.visit(callback, { stopAt: true })
    const records = storedSessions(pair).map((text) => JSON.parse(text) as Record<string, unknown>)
    const retry = records.find(({ isRetry }) => isRetry)
    const { status, url } = await browser.visit(again.headers.location ?? '')
    const visits = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize').length
    return { retry, status, path: url.slice(pair.service.url.length), visits }
  }

  it('[IDT-7, F2F-2] keeps the page and the mark of an in-person return', async () => {
    const { retry, ...end } = await secondTry('/landing?a=b')
    expect(retry).toMatchObject({ returnsToRequest: true, inPersonReturn: true, returnTo: '/landing?a=b' })
    expect(end).toEqual({ status: 200, path: '/whoami', visits: 2 })
  })

  it('[IDT-7, CB-12] of the sign-in route has neither, and its own page', async () => {
    const { retry, ...end } = await secondTry('/sign-in?returnTo=/whoami')
    expect(retry).toMatchObject({ maxAge: 600, returnTo: '/whoami' })
    for (const member of ['returnsToRequest', 'inPersonReturn', 'prompt', 'appState'])
      expect(retry).not.toHaveProperty(member)
    expect(end).toEqual({ status: 200, path: '/whoami', visits: 2 })
  })
})

describe('a repeated callback', () => {
  it('[CB-16, SESS-10] is not answered for another user of the same session', async () => {
    await using pair = await startPair({
      routes: (app) => {
        app.use((req, _res, next) => {
          if (req.get('x-account')) req.user = { id: 'another' }
          if (req.get('x-account') === 'none') delete req.user
          next()
        })
      },
    })
    const browser = pair.browser()
    const callback = await untilCallback(pair, browser, '/account')
    await browser.visit(callback)
    expect((await browser.send(callback)).headers.location).toBe('/account')
    for (const account of ['another', 'none'])
      expect((await browser.send(callback, { headers: { 'x-account': account } })).status).toBe(400)
  })

  it('[CB-16] redirects to the home page if the sign-in had no page', async () => {
    await using pair = await startPair({
      routes: (app, _oneLogin, passport) => {
        const authenticate = passport.authenticate('govuk-one-login') as RequestHandler
        app.get('/start', authenticate)
        app.get('/auth/callback', authenticate, (_req, res) => void res.end())
        return false
      },
    })
    const browser = pair.browser()
    const callback = await untilCallback(pair, browser, '/start')
    await browser.visit(callback)
    expect((await browser.send(callback)).headers.location).toBe('/')
  })
})

describe('an expired session', () => {
  const start = (options: Partial<OneLoginOptions>) => startPair({ options })

  it.each(['continue', 'sign-out', 'reauthenticate'] as const)(
    '[SESS-5, SESS-9] keeps the ID token only for a re-authentication: %s',
    async (onExpiry) => {
      stopClock()
      await using pair = await start({ session: { absolute: '1h', onExpiry } })
      const browser = await visitorSignedIn(pair)
      passTime(3600)
      await browser.visit(`${pair.service.url}/whoami`, { stopAt: true })
      expect(storedSessions(pair).join().includes('idToken')).toBe(onExpiry === 'reauthenticate')
    },
  )

  it('[SESS-5, SESS-13] keeps no ID token at a callback of its user', async () => {
    stopClock()
    await using pair = await start({ session: { absolute: '1h', onExpiry: 'reauthenticate' } })
    const browser = await visitorSignedIn(pair)
    passTime(3500)
    pair.op.respondWith({ error: { error: 'temporarily_unavailable' } })
    const callback = await untilCallback(pair, browser, '/identity')
    passTime(100)
    expect((await browser.send(callback)).status).toBe(503)
    expect(storedSessions(pair).join()).not.toContain('idToken')
  })

  it('[SESS-5, AUTHZ-14] asks for the level of authentication again, without the identity', async () => {
    stopClock()
    await using pair = await start({
      vtr: ['Cl.Cm.P2'],
      session: { absolute: '1h', onExpiry: 'reauthenticate' },
    })
    const browser = await visitorSignedIn(pair)
    passTime(3600)
    await browser.visit(`${pair.service.url}/whoami`)
    const request = pair.op.requests.findLast(({ endpoint }) => endpoint === 'authorize')
    expect(request?.requestObject?.claims).toMatchObject({ vtr: ['Cl.Cm'], prompt: 'login' })
  })
})
