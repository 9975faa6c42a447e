import { getEventListeners } from 'node:events'
import { createServer } from 'node:http'
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import { startSimulator, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { BackChannelLogouts } from '../../lib/simulator/back-channel-logouts.ts'
import { FaultPlan } from '../../lib/simulator/faults/fault-plan.ts'
import { ProviderKeys } from '../../lib/simulator/keys/provider-keys.ts'
import { VirtualClock } from '../../lib/simulator/simulated-clock.ts'
import { listen } from '../support/listen.ts'
import { recordedWaits } from './recorded-waits.ts'
import { Browser, codeFor, exchange, start, tokensFor } from './relying-party.ts'
import { startService, type ReceivedCall, type Service } from './service.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

const tokenOf = ({ body }: ReceivedCall): string => new URLSearchParams(body).get('logout_token') ?? ''

function callOf(service: Service, index: number): ReceivedCall {
  const call = service.calls[index]
  if (!call) throw new Error(`Only ${service.calls.length} calls came`)
  return call
}

async function subjectOf(op: Simulator, browser = new Browser()): Promise<string> {
  return String(decodeJwt((await tokensFor(op, {}, browser)).idToken).sub)
}

/** Sends logouts of a simulator that ends with `closing`. */
function logoutSender(retryDelay: number) {
  const closing = new AbortController()
  const keys = new ProviderKeys('did:web:op.example', false)
  const issuer = { issuer: 'http://op.example/', keys, clock: new VirtualClock(), faults: new FaultPlan() }
  return { sender: new BackChannelLogouts(issuer, { timeout: 5000, retryDelay }, closing.signal), closing }
}

describe('a back-channel logout', () => {
  it('[SIM-1] [SESS-6] is a form with a signed logout token', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url, client: { idTokenSigningAlg: 'RS256' } })
    const sub = await subjectOf(op)
    await op.signOut(sub)

    const call = callOf(service, 0)
    expect(call).toMatchObject({ method: 'POST', type: 'application/x-www-form-urlencoded' })
    expect([call.agent, call.connection]).toEqual(['one-login-simulator/1', 'close'])
    const jwks = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet
    const { payload, protectedHeader } = await jwtVerify(tokenOf(call), createLocalJWKSet(jwks))
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'logout+jwt' })
    expect(payload).toEqual({
      iss: op.issuer,
      aud: op.options.clientId,
      sub,
      iat: expect.any(Number) as number,
      exp: (payload.iat ?? 0) + 120,
      jti: expect.any(String) as string,
      events: { [event]: {} },
    })
  })

  it('[SIM-1] [SESS-7] is sent at most 3 times, each time with a new jti', async () => {
    const service = await startService(500)
    const op = await start({ backChannelLogoutURL: service.url })
    const [logout] = await op.signOut(await subjectOf(op))
    expect(logout).toMatchObject({ delivered: false, uri: service.url })
    expect(logout?.attempts.map(({ status }) => status)).toEqual([500, 500, 500])
    const ids = service.calls.map((call) => decodeJwt(tokenOf(call)).jti)
    expect(new Set(ids).size).toBe(3)
    expect(logout?.attempts.map(({ jti }) => jti)).toEqual(ids)
  })

  it('[SIM-1] [SESS-7] treats 204 as a failure and stops at the first 200', async () => {
    const service = await startService(204, 200)
    const op = await start({ backChannelLogoutURL: service.url })
    const [logout] = await op.signOut(await subjectOf(op))
    expect(logout?.attempts.map(({ status }) => status)).toEqual([204, 200])
    expect(logout?.delivered).toBe(true)
  })

  it.each(['backChannelLogoutUri', 'backChannelLogoutURL'])(
    '[SIM-1] [SESS-7] is not sent after %s is removed',
    async (name) => {
      const service = await startService(200)
      const op = await start({ backChannelLogoutURL: service.url })
      op.register({ [name]: undefined })
      expect(await op.signOut(await subjectOf(op))).toEqual([])
      expect(service.calls).toEqual([])
    },
  )

  it.each([
    ['15 seconds for a response and 30 before its next attempt', {}, 15_000, 30_000],
    ['as long as the test sets', { logoutTimeout: 200, logoutRetryDelay: 7 }, 200, 7],
  ])('[SIM-1] [SESS-7] waits %s', async (_title, options, timeout, delay) => {
    const service = await startService(500)
    const op = await startSimulator({ backChannelLogoutURL: service.url, ...options })
    onTestFinished(() => op.close())
    const timeouts = vi.spyOn(AbortSignal, 'timeout')
    onTestFinished(() => {
      timeouts.mockRestore()
    })
    const delays = recordedWaits()
    await op.signOut('a-user')
    expect(timeouts.mock.calls).toEqual([[timeout], [timeout], [timeout]])
    expect(delays).toEqual([delay, delay])
  })

  it('[SIM-1] treats a missing response as a failure', async () => {
    const op = await start({ backChannelLogoutURL: 'http://127.0.0.1:1/' })
    const [logout] = await op.signOut(await subjectOf(op))
    expect(logout?.attempts.map(({ status }) => status)).toEqual([undefined, undefined, undefined])
  })

  it.each([1, 11, 40])(
    '[SIM-1] [SESS-7] waits for its next attempt next to %i others without a warning, and stops on close',
    async (others) => {
      const warnings: Error[] = []
      const listener = (warning: Error) => warnings.push(warning)
      process.on('warning', listener)
      onTestFinished(() => void process.off('warning', listener))
      const service = await startService(500)
      const { sender, closing } = logoutSender(60_000)
      const sent = Array.from({ length: others + 1 }, () => sender.send('a-client', 'a-user', service.url))
      const isWaiting = () => {
        expect(getEventListeners(closing.signal, 'abort')).toHaveLength(sent.length)
      }
      await vi.waitFor(isWaiting, 8000)
      closing.abort()
      const logouts = await Promise.all(sent)
      expect(logouts.map(({ attempts }) => attempts.length)).toEqual(logouts.map(() => 1))
      expect(warnings).toEqual([])
    },
  )

  it('[SIM-1] [SESS-7] leaves nothing waiting after its last attempt', async () => {
    const service = await startService(500)
    const { sender, closing } = logoutSender(1)
    const { attempts } = await sender.send('a-client', 'a-user', service.url)
    expect([attempts.length, getEventListeners(closing.signal, 'abort').length]).toEqual([3, 0])
  })

  it('[SIM-1] [SESS-7] is sent once for each sign-in of a session when the user signs out', async () => {
    const service = await startService(200)
    const other = await startService(200)
    const op = await start({
      clients: [
        { backChannelLogoutURL: service.url },
        { callbackURL: 'http://127.0.0.1:3001/callback', backChannelLogoutURL: other.url },
        { callbackURL: 'http://127.0.0.1:3002/callback' },
      ],
    })
    const browser = new Browser()
    await tokensFor(op, {}, browser)
    await tokensFor(op, {}, browser)
    for (const number of [2, 3]) {
      const { clientId: client_id, callbackURL: redirect_uri } = op.optionsFor(`simulator-client-${number}`)
      await codeFor(op, { client_id, redirect_uri }, browser)
    }
    await browser.get(`${op.issuer}logout`)
    const logouts = await op.settleLogouts()
    expect(logouts.map(({ clientId }) => clientId)).toEqual([
      'simulator-client',
      'simulator-client',
      'simulator-client-2',
    ])
    expect([service.calls.length, other.calls.length]).toEqual([2, 1])
    expect(await op.settleLogouts()).toEqual([])
  })

  it('[SIM-1] is not sent if a browser without a session signs out, or if the session expires', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    await tokensFor(op)
    await new Browser().get(`${op.issuer}logout`)
    op.clock.advance(7200)
    expect(await op.settleLogouts()).toEqual([])
  })

  it('[SIM-2] [CB-5] is sent if a user fails to sign in again', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    const browser = new Browser()
    await tokensFor(op, {}, browser)
    op.respondWith({ error: { error: 'login_required' } })
    await expect(codeFor(op, {}, browser)).rejects.toThrow('login_required')
    expect(await op.settleLogouts()).toHaveLength(1)
  })

  it('[SIM-2] is sent if max_age leads to a sign-in by another user, and not by the same user', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url, client: { maxAgeEnabled: true } })
    const browser = new Browser()
    const first = await subjectOf(op, browser)
    op.clock.advance(600)
    await tokensFor(op, { max_age: '60' }, browser)
    expect(await op.settleLogouts()).toEqual([])
    op.clock.advance(600)
    op.respondWith({ user: 'no-phone' })
    await tokensFor(op, { max_age: '60' }, browser)
    expect((await op.settleLogouts()).map(({ sub }) => sub)).toEqual([first, first])
    op.clock.advance(600)
    const second = await subjectOf(op, browser)
    await tokensFor(op, { max_age: '60' }, browser)
    expect((await op.signOut(second)).map(({ sub }) => sub)).toEqual([second, second, second])
  })

  it('[SIM-2] is not sent for a request that did not sign a user in', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    const browser = new Browser()
    op.respondWith({ error: { error: 'access_denied' } })
    await expect(codeFor(op, {}, browser)).rejects.toThrow('access_denied')
    await browser.get(`${op.issuer}logout`)
    expect(await op.settleLogouts()).toEqual([])
  })

  it('[SIM-1] [SESS-7] treats a redirect as a failure, and does not follow it', async () => {
    const elsewhere = await startService(200)
    const server = createServer((_req, res) => res.writeHead(307, { Location: elsewhere.url }).end())
    await using redirecting = await listen(server)
    const op = await start({ backChannelLogoutURL: redirecting.url })
    const [logout] = await op.signOut('a-user')
    expect(logout).toMatchObject({
      delivered: false,
      attempts: [{ status: 307 }, { status: 307 }, { status: 307 }],
    })
    expect(elsewhere.calls).toEqual([])
  })
})

describe('signOut', () => {
  it('[SIM-1] ends every session of a user, in every browser', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    const browsers = [new Browser(), new Browser()]
    const subjects = await Promise.all(browsers.map((browser) => subjectOf(op, browser)))
    expect(await op.signOut(subjects[0] ?? '')).toHaveLength(2)
    await Promise.all(browsers.map((browser) => browser.get(`${op.issuer}logout`)))
    await op.settleLogouts()
    expect(service.calls).toHaveLength(2)
  })

  it('[SIM-1] notifies every service of a user who has no session, or only the address it is given', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    expect(await op.signOut('urn:fdc:gov.uk:2022:unknown')).toHaveLength(1)
    const elsewhere = await startService(200)
    const [logout] = await op.signOut('urn:fdc:gov.uk:2022:unknown', { to: elsewhere.url })
    expect(logout).toMatchObject({ uri: elsewhere.url, delivered: true })
    expect([service.calls.length, elsewhere.calls.length]).toEqual([1, 1])
  })

  it('[SIM-1] notifies the services of the sessions that have not expired, or else every service', async () => {
    const { url } = await startService(200)
    const op = await start({ clients: [{ backChannelLogoutURL: url }, { backChannelLogoutURL: url }] })
    const browser = new Browser()
    const sub = await subjectOf(op, browser)
    op.respondWith({ user: 'no-phone' })
    await tokensFor(op)
    const notified = async () => (await op.signOut(sub)).map(({ clientId }) => clientId)
    expect(await notified()).toEqual(['simulator-client'])
    op.respondWith({})
    await subjectOf(op, browser)
    op.clock.advance(3600)
    expect(await notified()).toEqual(['simulator-client', 'simulator-client-2'])
  })

  it('[SIM-1] leaves a session in which another user has signed in since', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    const browser = new Browser()
    const first = await subjectOf(op, browser)
    op.respondWith({ user: 'no-phone' })
    const code = await codeFor(op, {}, browser)
    expect((await op.signOut(first)).map(({ sub }) => sub)).toEqual([first])
    expect((await exchange(op, code)).status).toBe(200)
  })

  it('[SIM-1] sends nothing if no service has registered for back-channel logouts', async () => {
    const op = await start()
    expect(await op.signOut(await subjectOf(op))).toEqual([])
  })
})

describe('a fault of a logout token', () => {
  it('[SIM-3] affects every attempt of one logout', async () => {
    const service = await startService(400)
    const op = await start({ backChannelLogoutURL: service.url })
    op.breakNext('logout-token', 'with-nonce')
    await op.signOut('a-user')
    expect(service.calls.map((call) => decodeJwt(tokenOf(call)).nonce)).toEqual([
      'a-nonce',
      'a-nonce',
      'a-nonce',
    ])
    service.respondWith(200)
    await op.signOut('a-user')
    expect(decodeJwt(tokenOf(callOf(service, 3))).nonce).toBeUndefined()
  })

  it('[SIM-3] is used alone if it is for one logout, and together with the others if it is for all', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    const faultsOf = ({ body }: ReceivedCall) => {
      const tokens = new URLSearchParams(body).getAll('logout_token').map((token) => decodeJwt(token))
      return tokens.map(({ nonce, jti }) => [nonce, jti === 'repeated-jti'])
    }
    op.breakNext('logout-token', 'token-twice')
    op.breakNext('logout-token', 'with-nonce')
    op.breakUntilReset('logout-token', 'repeated-jti')
    op.breakUntilReset('logout-token', 'token-twice')
    op.breakUntilReset('logout-token', 'with-nonce')
    for (let count = 0; count < 3; count++) await op.signOut('a-user')
    expect(service.calls.map(faultsOf)).toEqual([
      [
        [undefined, false],
        [undefined, false],
      ],
      [['a-nonce', false]],
      [
        ['a-nonce', true],
        ['a-nonce', true],
      ],
    ])
  })

  it.each([
    ['missing-token', { method: 'POST', body: '' }],
    ['get-request', { method: 'GET', body: '' }],
    ['json-body', { method: 'POST', type: 'application/json' }],
  ] as const)('[SIM-3] can affect the request itself: %s', async (fault, expected) => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    op.breakNext('logout-token', fault)
    await op.signOut('a-user', { to: `${service.url}?of=the-service` })
    expect(service.calls[0]).toMatchObject(expected)
    expect(service.calls[0]?.url).toMatch(/^\/\?of=the-service/)
  })

  it('[SIM-3] can repeat a jti, repeat the token, or send 10 MB', async () => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    op.breakNext('logout-token', 'repeated-jti')
    op.breakNext('logout-token', 'repeated-jti')
    op.breakNext('logout-token', 'token-twice')
    op.breakNext('logout-token', 'oversized-body')
    for (let count = 0; count < 4; count++) await op.signOut('a-user')
    const repeated = [callOf(service, 0), callOf(service, 1)].map((call) => decodeJwt(tokenOf(call)).jti)
    expect(repeated[0]).toBe(repeated[1])
    expect(new URLSearchParams(callOf(service, 2).body).getAll('logout_token')).toHaveLength(2)
    expect(callOf(service, 3).body.length).toBeGreaterThan(10 * 1024 * 1024)
  })
})
