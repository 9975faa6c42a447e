import type { Express, RequestHandler } from 'express'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import type { OneLoginStrategy } from '../../lib/index.ts'
import { DelayedStore } from '../support/delayed-store.ts'
import { startPair } from '../support/simulator.ts'
import { untilCallback } from '../support/visitors.ts'

type Parts = NonNullable<Parameters<typeof startPair>[0]>

const isPrivate = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }

/** The callback with only the strategy, as in an app that uses Passport directly. */
const throughPassport: NonNullable<Parts['routes']> = (app, _oneLogin, passport) => {
  app.get('/auth/callback', passport.authenticate('govuk-one-login') as RequestHandler, (_req, res) => {
    res.redirect('/whoami')
  })
  return false
}

const withoutCallback = (app: Express, oneLogin: OneLoginStrategy) => {
  app.use(oneLogin.routes({ paths: { callback: false } }))
  return false
}

describe('every response at the callback stays out of caches and hides its address from other sites', () => {
  it.each([
    ['GET', '?code=a&state=b', 400],
    ['GET', '?error=access_denied&state=b', 400],
    ['GET', '?state=a&state=b', 400],
    ['GET', '?code=a', 400],
    ['GET', '', 303],
    ['GET', '?utm_source=a', 303],
    ['GET', '/?code=a&state=b', 400],
    ['HEAD', '?code=a&state=b', 400],
    ['HEAD', '', 303],
    ['POST', '?code=a&state=b', 404],
    ['PUT', '?code=a&state=b', 404],
    ['DELETE', '', 404],
    ['OPTIONS', '?code=a&state=b', 404],
  ])('[CB-15] %s %s', async (method, query, status) => {
    await using pair = await startPair()
    const answer = await pair.browser().send(`${pair.service.url}/auth/callback${query}`, { method })
    expect(answer).toMatchObject({ status, headers: isPrivate })
  })

  it.each<[what: string, parts: Parts]>([
    ['a sign-in', {}],
    ['a sign-in with Passport alone', { routes: throughPassport }],
    ['a sign-in in Express 4', { framework: express4 }],
  ])('[CB-15] %s, and the same callback again', async (_what, parts) => {
    await using pair = await startPair(parts)
    const browser = pair.browser()
    if (parts.routes) {
      const { headers } = await browser.send(`${pair.service.url}/auth/callback`)
      expect(headers).toMatchObject(isPrivate)
    }
    const address = await untilCallback(pair, browser, '/account')
    for (let time = 1; time <= 2; time++) {
      const answer = await browser.send(address)
      expect(String(answer.status)).toMatch(/^30[23]$/)
      expect(answer.headers).toMatchObject(isPrivate)
    }
  })

  it.each([
    ['access-denied', 403],
    ['wrong-state', 400],
    ['temporarily-unavailable', 503],
  ] as const)('[CB-15] %s of One Login', async (fault, status) => {
    await using pair = await startPair()
    pair.op.breakNext('authorize', fault)
    const browser = pair.browser()
    expect(await browser.send(await untilCallback(pair, browser, '/account'))).toMatchObject({
      status,
      headers: isPrivate,
    })
  })

  it('[CB-15] an error of the verify callback', async () => {
    await using pair = await startPair({
      verify: () => {
        throw new Error('The database is away.')
      },
    })
    const browser = pair.browser()
    expect(await browser.send(await untilCallback(pair, browser, '/account'))).toMatchObject({
      status: 500,
      headers: isPrivate,
    })
  })

  it('[CB-15] a store that fails in oneLogin.session(), before any route', async () => {
    const store = new DelayedStore(() => 0)
    await using pair = await startPair({ store })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/account`)
    store.failing.add('get')
    // express-session reports its own failure before this package gets the request.
    browser.jar(new URL(pair.service.url).host).delete('connect.sid')
    const answer = await browser.send(`${pair.service.url}/auth/callback?code=a&state=b`)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.headers).toMatchObject(isPrivate)
  })

  it('[CB-15] a callback without a handler', async () => {
    await using pair = await startPair({ routes: withoutCallback })
    const answer = await pair.browser().send(`${pair.service.url}/auth/callback?code=a&state=b`)
    expect(answer).toMatchObject({ status: 404, headers: isPrivate })
  })

  it('[CB-15] a service without oneLogin.session()', async () => {
    await using pair = await startPair({ sessionsUnchecked: true })
    const { url } = pair.service
    for (const method of ['GET', 'POST']) {
      const { headers } = await pair.browser().send(`${url}/auth/callback?code=a&state=b`, { method })
      expect(headers).toMatchObject(isPrivate)
    }
  })

  it.each([
    ['', 302],
    ['?code=a&state=b', 400],
    ['?error=access_denied', 400],
  ])(
    '[CB-15] a service with Passport alone, at the path of the callback with the query "%s"',
    async (query, status) => {
      await using pair = await startPair({ sessionsUnchecked: true, routes: throughPassport })
      const answer = await pair.browser().send(`${pair.service.url}/auth/callback${query}`)
      expect(answer).toMatchObject({ status, headers: isPrivate })
    },
  )

  it('[CB-15] not the responses of other pages', async () => {
    await using pair = await startPair()
    const { headers } = await pair.browser().send(`${pair.service.url}/whoami?code=a&state=b`)
    expect(headers).not.toHaveProperty('referrer-policy')
  })
})
