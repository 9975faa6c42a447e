import { createServer } from 'node:http'
import * as diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import * as http from 'node:http'
import express4 from 'express4'
import express, { type ErrorRequestHandler } from 'express'
import { MemoryStore } from 'express-session'
import { describe, expect, it, vi } from 'vitest'
import type { OneLoginError } from '../../../lib/index.ts'
import { OneLoginStrategy, type OneLoginOptions } from '../../../lib/index.ts'
import { readyUser, simulatorFaults } from '../../../lib/simulator/index.ts'
import { postLogout, undeliveredLogoutToken } from '../../support/logout-tokens.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { storedSignIn, visitorSignedIn, whoIs } from '../../support/visitors.ts'
import { listen } from '../../support/listen.ts'

const { sub } = readyUser('typical')

const start = (parts: Parameters<typeof startPair>[0] = {}): Promise<Pair> =>
  startPair({ ...parts, simulator: { logoutRetryDelay: 0, ...parts.simulator } })

describe('backChannelLogout', () => {
  it('[SESS-7] responds to a valid token with exactly 200, no body, and no-store', async () => {
    await using pair = await start()
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const response = await postLogout(pair.service.url, { logout_token })
    expect(response).toMatchObject({ status: 200, body: '' })
    expect(response.headers['cache-control']).toBe('no-store')
  })

  it('[SESS-7] accepts the first try of One Login', async () => {
    await using pair = await start()
    await visitorSignedIn(pair)
    const [logout] = await pair.op.signOut(sub)
    expect(logout).toMatchObject({ delivered: true, attempts: [{ status: 200 }] })
  })

  it('[SESS-7] accepts a token for each journey of the user, also after the user signed out here', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/identity`)
    await browser.visit(`${pair.service.url}/sign-out`)
    const logouts = await pair.op.settleLogouts()
    expect(logouts.map(({ attempts }) => attempts.map(({ status }) => status))).toEqual([[200], [200]])
  })

  it('[SESS-6] accepts a token signed ES256 for a service whose ID tokens are RS256', async () => {
    await using pair = await start({ simulator: { client: { idTokenSigningAlg: 'RS256' } } })
    const browser = await visitorSignedIn(pair)
    expect((await pair.op.signOut(sub))[0]).toMatchObject({ delivered: true })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-6] accepts a token signed with a new key of One Login', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    pair.op.rotateKeys()
    expect((await pair.op.signOut(sub))[0]).toMatchObject({ delivered: true })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  // A repeated jti is wrong only the second time, and 10 megabytes get no response: each has its own test.
  it.each(simulatorFaults['logout-token'].filter((fault) => !/repeated|oversized/.test(fault)))(
    '[SESS-8] responds with 400 and an error code, and ends nothing, if One Login sends "%s"',
    async (fault) => {
      await using pair = await start()
      const browser = await visitorSignedIn(pair)
      pair.service.errors.length = 0
      pair.op.breakUntilReset('logout-token', fault)
      const [logout] = await pair.op.signOut(sub)
      expect(logout?.attempts.map(({ status }) => status)).toEqual([400, 400, 400])
      expect(await whoIs(pair.service, browser)).toBe(sub)
      expect(pair.service.errors).toEqual([])
    },
  )

  it('[SESS-8] rejects an ID token that is used as a logout token', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const { idToken } = await storedSignIn(pair.service)
    const response = await postLogout(pair.service.url, { logout_token: idToken })
    expect(response.status).toBe(400)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(response.body)).toEqual({
      error: 'invalid_request',
      error_description: expect.stringContaining('logout token') as string,
    })
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-6] rejects a token that was received before', async () => {
    await using pair = await start()
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    expect((await postLogout(pair.service.url, { logout_token })).status).toBe(200)
    expect((await postLogout(pair.service.url, { logout_token })).status).toBe(400)
  })

  it.each<[what: string, type: string]>([
    ['as JSON', 'application/json'],
    ['as text', 'text/plain'],
    ['as a form with files', 'multipart/form-data; boundary=x'],
    ['with a type that only starts like a form', 'application/x-www-form-urlencoded-not'],
    ['with a type that only ends like a form', 'text/plain, application/x-www-form-urlencoded'],
    ['without a type', ''],
  ])('[SESS-8] rejects a token that arrives %s', async (_what, type) => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const response = await postLogout(pair.service.url, { logout_token }, { 'content-type': type })
    expect(response.status).toBe(400)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-8] accepts a form whose type has a charset, in any case', async () => {
    await using pair = await start()
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const headers = { 'content-type': 'Application/X-WWW-Form-URLencoded ; charset=UTF-8' }
    expect((await postLogout(pair.service.url, { logout_token }, headers)).status).toBe(200)
  })

  it('[SESS-8] rejects a GET, also with a token in its query', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const token = await undeliveredLogoutToken(pair.op, sub)
    const address = `${pair.service.url}/back-channel-logout?logout_token=${token}`
    expect((await pair.browser().send(address)).status).toBe(400)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('[SESS-8] rejects a valid token sent with %s', async (method) => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const body = new URLSearchParams({ logout_token }).toString()
    const response = await pair.browser().send(`${pair.service.url}/back-channel-logout`, { method, body })
    expect(response.status).toBe(400)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-8] rejects a token in the query of a POST', async () => {
    await using pair = await start()
    const token = await undeliveredLogoutToken(pair.op, sub)
    const response = await pair
      .browser()
      .send(`${pair.service.url}/back-channel-logout?logout_token=${token}`, { method: 'POST', body: '' })
    expect(response.status).toBe(400)
  })

  it('[SESS-8] rejects a body of 1 MB, although it contains a valid token', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    for (const padding of [16 * 1024, 1_000_000]) {
      const response = await postLogout(pair.service.url, { logout_token, padding: 'x'.repeat(padding) })
      expect(response.status).toBe(400)
      expect(await whoIs(pair.service, browser)).toBe(sub)
    }
  })

  it('[SESS-8] rejects a body that is too long, although the token is in its first part', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const token = await undeliveredLogoutToken(pair.op, sub)
    const request = http.request(`${pair.service.url}/back-channel-logout`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' },
    })
    request.write(`logout_token=${token}`)
    request.end(`&padding=${'x'.repeat(16 * 1024)}`)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(400)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it('[SESS-8] does not read a body of 10 MB to its end', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    pair.op.breakUntilReset('logout-token', 'oversized-body')
    const [logout] = await pair.op.signOut(sub)
    expect(logout?.delivered).toBe(false)
    expect(await whoIs(pair.service, browser)).toBe(sub)
  })

  it.each([
    ['Express 5', express],
    ['Express 4', express4],
  ])('[SESS-7] accepts a token that the app has already parsed, in %s', async (_name, framework) => {
    await using pair = await start({
      framework,
      routes: (app) => app.use(framework.json(), framework.urlencoded({ extended: true })),
    })
    const browser = await visitorSignedIn(pair)
    expect((await pair.op.signOut(sub))[0]).toMatchObject({ delivered: true })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-8] rejects 2 tokens and a long one, also if the app has parsed them', async () => {
    await using pair = await start({
      routes: (app) => app.use(express.urlencoded({ extended: true, limit: '2mb' })),
    })
    const token = await undeliveredLogoutToken(pair.op, sub)
    for (const body of [
      `logout_token=${token}&logout_token=${token}`,
      `logout_token[a]=${token}`,
      `logout_token[]=${token}`,
      `logout_token=${'x'.repeat(16 * 1024 + 1)}`,
    ]) {
      const response = await postLogout(pair.service.url, body)
      expect(response.status).toBe(400)
      expect(response.body).toContain('the body must contain one logout_token')
    }
    const longest = await postLogout(pair.service.url, `logout_token=${'x'.repeat(16 * 1024)}`)
    expect(longest.body).toContain('not a signed JWT')
  })

  it('[SESS-8] accepts a body of 16 KiB, and rejects one byte more', async () => {
    await using pair = await start()
    for (const [size, status] of [
      [16 * 1024, 200],
      [16 * 1024 + 1, 400],
    ] as const) {
      const start = `logout_token=${await undeliveredLogoutToken(pair.op, sub)}&padding=`
      const response = await postLogout(pair.service.url, start + 'x'.repeat(size - start.length))
      expect(response.status).toBe(status)
    }
  })

  it('[SESS-8] stops reading a body without end', async () => {
    await using pair = await start()
    const request = http.request(`${pair.service.url}/back-channel-logout`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    request.write('x'.repeat(3_000_000))
    const over = new Promise((resolve) => request.on('error', resolve).on('response', resolve))
    await expect(over).resolves.toBeDefined()
    request.destroy()
  })

  it('[SESS-8] rejects a token without a content type', async () => {
    await using pair = await start()
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const request = http.request(`${pair.service.url}/back-channel-logout`, { method: 'POST', agent: false })
    request.end(`logout_token=${logout_token}`)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(400)
  })

  it('[SESS-8] rejects a body that other code has read and not parsed', async () => {
    await using pair = await start({
      routes: (app) => app.use((req, _res, next) => void req.on('end', next).resume()),
    })
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    expect((await postLogout(pair.service.url, { logout_token })).status).toBe(400)
  })

  it('[SESS-7] accepts a token if the app parses other bodies, in Express 4', async () => {
    await using pair = await start({ framework: express4, routes: (app) => app.use(express4.json()) })
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    expect((await postLogout(pair.service.url, { logout_token })).status).toBe(200)
  })

  it('[SESS-7] uses the store in the options, so it needs no session', async () => {
    const signOutStore = new MemoryStore()
    await using pair = await start({ options: { signOutStore } })
    const browser = await visitorSignedIn(pair)
    const options = {
      ...pair.op.options,
      signOutStore,
    } as unknown as OneLoginOptions
    const app = express().use('/back-channel-logout', new OneLoginStrategy(options).backChannelLogout())
    const server = await listen(createServer(app))
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const response = await postLogout(server.url, { logout_token })
    await server[Symbol.asyncDispose]()
    expect(response.status).toBe(200)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] fails instead of returning 200 if there is no store for sign-outs', async () => {
    await using pair = await start()
    const options = pair.op.options as OneLoginOptions
    const errors: unknown[] = []
    const keepError: ErrorRequestHandler = (error: OneLoginError, _req, res, _next) => {
      errors.push(error)
      res.status(error.status).end()
    }
    const app = express()
      .use('/back-channel-logout', new OneLoginStrategy(options).backChannelLogout())
      .use(keepError)
    const server = await listen(createServer(app))
    const logout_token = await undeliveredLogoutToken(pair.op, sub)
    const response = await postLogout(server.url, { logout_token })
    await server[Symbol.asyncDispose]()
    expect(response.status).toBe(503)
    expect(errors).toEqual([expect.objectContaining({ code: 'session_unavailable' })])
  })

  it('[SESS-7] does not return 200 if the sign-out cannot be stored, so One Login tries again', async () => {
    const store = new MemoryStore()
    await using pair = await start({ store })
    const browser = await visitorSignedIn(pair)
    const failing = vi.spyOn(store, 'set')
    failing.mockImplementationOnce((_id, _session, done) => done?.(new Error('the store is away')))
    const [logout] = await pair.op.signOut(sub)
    expect(logout?.attempts.map(({ status }) => status)).toEqual([503, 200])
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] does not return 400 if the keys are unavailable, so One Login tries again', async () => {
    await using pair = await start()
    pair.op.breakNext('jwks', '503')
    const [logout] = await pair.op.signOut(sub, { to: `${pair.service.url}/back-channel-logout` })
    expect(logout?.attempts[0]?.status).toBeGreaterThanOrEqual(500)
  })

  it('[SESS-7] calls the app with the user after they are signed out', async () => {
    const events: string[] = []
    await using pair = await start({
      routes: (app, oneLogin) => {
        app.use(oneLogin.routes({ onBackChannelLogout: (sub) => void events.push(sub) }))
        return false
      },
    })
    const browser = await visitorSignedIn(pair)
    await postLogout(pair.service.url, { logout_token: 'nonsense' })
    expect(events).toEqual([])
    await pair.op.signOut(sub)
    expect(events).toEqual([sub])
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] does not return 200 if the app’s function fails, but still signs the user out', async () => {
    const hook = vi.fn<(sub: string) => Promise<void>>().mockRejectedValueOnce(new Error('no sockets'))
    await using pair = await start({
      routes: (app, oneLogin) => {
        app.use(oneLogin.routes({ onBackChannelLogout: hook }))
        return false
      },
    })
    const browser = await visitorSignedIn(pair)
    const [logout] = await pair.op.signOut(sub)
    expect(logout?.attempts.map(({ status }) => status)).toEqual([500, 200])
    expect(hook).toHaveBeenCalledTimes(2)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-7] publishes an event when a user is signed out', async () => {
    await using pair = await start()
    const events: unknown[] = []
    const listener = (event: unknown) => void events.push(event)
    diagnostics.subscribe('passport-govuk-one-login:signed-out.back-channel', listener)
    await pair.op.signOut(sub)
    diagnostics.unsubscribe('passport-govuk-one-login:signed-out.back-channel', listener)
    expect(events).toContainEqual({ sub })
  })
})
