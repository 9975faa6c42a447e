import express4 from 'express4'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import type { RoutesOptions } from '../../lib/express/routes.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { signIn, visitorSignedIn, whoIs } from '../support/visitors.ts'

const { sub } = readyUser('typical')
const page: RequestHandler = (_req, res) => void res.send('Welcome back')
const landing = { page, level: 'P2', returnTo: '/' } as const

const start = (options: RoutesOptions, mountedAt = '/'): Promise<Pair> =>
  startPair({
    routes: (app, oneLogin) => {
      app.use(mountedAt, oneLogin.routes(options))
      return false
    },
  })

/** The status of each path. */
async function statuses(pair: Pair, ...paths: string[]): Promise<number[]> {
  const found: number[] = []
  for (const path of paths) found.push((await pair.browser().send(pair.service.url + path)).status)
  return found
}

const usual = [
  '/sign-in',
  '/auth/callback',
  '/sign-out',
  '/back-channel-logout',
  '/.well-known/jwks.json',
  '/session-status',
  '/landing',
]

describe('routes', () => {
  it('mounts everything at once, at the documented paths', async () => {
    await using pair = await start({ landing })
    expect(await statuses(pair, ...usual)).toEqual([303, 303, 303, 400, 200, 200, 303])
  })

  it('mounts no landing without a page to show', async () => {
    await using pair = await start({})
    expect(await statuses(pair, '/landing')).toEqual([404])
  })

  it('mounts each part at another path', async () => {
    const paths = {
      signIn: '/in',
      callback: '/back',
      signOut: '/out',
      backChannelLogout: '/out-everywhere',
      jwks: '/keys',
      sessionStatus: '/time-left',
      landing: '/returned',
    }
    await using pair = await start({ landing, paths })
    expect(await statuses(pair, ...Object.values(paths))).toEqual([303, 303, 303, 400, 200, 200, 303])
    expect(await statuses(pair, ...usual)).toEqual(usual.map(() => 404))
  })

  it('leaves out each part that is false', async () => {
    const parts = [
      'signIn',
      'callback',
      'signOut',
      'backChannelLogout',
      'jwks',
      'sessionStatus',
      'landing',
    ] as const
    for (const [at, part] of parts.entries()) {
      await using pair = await start({ landing, paths: { [part]: false } })
      const there = (await statuses(pair, ...usual)).map((status) => status !== 404)
      expect(there).toEqual(usual.map((_path, other) => other !== at))
    }
  })

  it('keeps the callback where the redirect URI says, wherever the rest is mounted', async () => {
    await using pair = await start({ landing }, '/one-login')
    expect(await statuses(pair, '/auth/callback', '/one-login/auth/callback')).toEqual([404, 404])
    await using root = await start({ landing, paths: { callback: false } }, '/one-login')
    expect(await statuses(root, '/one-login/sign-in', '/one-login/.well-known/jwks.json')).toEqual([303, 200])
    expect(await statuses(root, '/sign-in')).toEqual([404])
  })

  it('responds to the methods of each part, and leaves others to the app', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.use(oneLogin.routes({ landing }))
        app.use((req, res) => void res.status(418).send(req.method))
        return false
      },
    })
    const send = async (path: string, method: string) =>
      (await pair.browser().send(pair.service.url + path, { method })).status
    for (const path of ['/sign-in', '/auth/callback', '/.well-known/jwks.json'])
      expect([path, await send(path, 'DELETE')]).toEqual([path, path.includes('jwks') ? 405 : 418])
    for (const path of ['/sign-out', '/session-status', '/landing'])
      for (const method of ['GET', 'POST', 'PUT'])
        expect([path, method, (await send(path, method)) === 418]).toEqual([path, method, method === 'PUT'])
    expect(await send('/sign-in', 'POST')).toBe(418)
    expect(await send('/auth/callback', 'POST')).toBe(418)
  })

  it('uses the options of the sign-in route', async () => {
    await using pair = await start({ signIn: { vtr: ['Cl.Cm.P2'], returnTo: '/whoami', uiLocales: 'cy' } })
    const { url, body } = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(url).toBe(`${pair.service.url}/whoami`)
    expect(JSON.parse(body)).toMatchObject({ sub, identity: { proven: true } })
    const { requestObject } = pair.op.requests.find(({ endpoint }) => endpoint === 'authorize') ?? {}
    expect(requestObject?.claims).toMatchObject({ ui_locales: 'cy' })
  })

  it('[CONF-9] rejects invalid options of the sign-in route when it is created', async () => {
    await using pair = await startPair()
    expect(() => pair.service.oneLogin.routes({ signIn: { vtr: ['P2'] } })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }) as Error,
    )
  })

  it.each([
    ['Express 5', express],
    ['Express 4', express4],
  ])('[SESS-7] does sign-in, step-up, sign-out and back-channel sign-out in %s', async (_name, framework) => {
    await using pair = await startPair({ framework })
    const browser = await visitorSignedIn(pair)
    expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(200)
    expect((await browser.visit(`${pair.service.url}/sign-out`)).url).toBe(`${pair.service.url}/signed-out`)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    await pair.op.settleLogouts()
    pair.op.clock.advance(2)
    await signIn(pair.service.url, browser)
    await pair.op.signOut(sub)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it.each([
    ['Express 5', express],
    ['Express 4', express4],
  ])('leaves no request without a response when something fails, in %s', async (_name, framework) => {
    await using pair = await startPair({ framework })
    await pair.op.stopListening()
    const browser = pair.browser()
    for (const path of ['/sign-in', '/account', '/identity', '/auth/callback?state=a&code=b'])
      expect((await browser.send(pair.service.url + path)).status).toBeGreaterThanOrEqual(400)
  })
})
