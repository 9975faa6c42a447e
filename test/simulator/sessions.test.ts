import { decodeJwt } from 'jose'
import type { SimulatorResponse } from 'passport-govuk-one-login/simulator'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stopClock } from '../support/stopped-clock.ts'
import {
  assertion,
  authorizationURL,
  Browser,
  exchange,
  now,
  paramsOf,
  requestObjectURL,
  sign,
  start,
  tokensFor,
} from './relying-party.ts'
import { startService } from './service.ts'

afterEach(() => vi.useRealTimers())

const anotherUser: SimulatorResponse = { user: 'no-phone' }

describe('the provider’s session', () => {
  it('[SIM-2] [IDT-7] keeps the time when the user signed in', async () => {
    const op = await start()
    const browser = new Browser()
    const first = decodeJwt((await tokensFor(op, {}, browser)).idToken)
    op.clock.advance(600)
    const again = decodeJwt((await tokensFor(op, { prompt: 'login' }, browser)).idToken)
    expect(again.auth_time).toBe(first.auth_time)
    const elsewhere = decodeJwt((await tokensFor(op)).idToken)
    expect(Number(elsewhere.auth_time) - Number(first.auth_time)).toBeGreaterThanOrEqual(600)
  })

  it('[SIM-2] [IDT-7] has a new time if another user signs in', async () => {
    stopClock()
    const op = await start()
    const browser = new Browser()
    const begin = now(op)
    await tokensFor(op, {}, browser)
    op.clock.advance(600)
    op.respondWith(anotherUser)
    expect(decodeJwt((await tokensFor(op, {}, browser)).idToken).auth_time).toBe(begin + 600)
  })

  it('[SIM-2] [SESS-5] ends an hour after the last request', async () => {
    stopClock()
    const op = await start()
    const browser = new Browser()
    const authTime = async () => decodeJwt((await tokensFor(op, {}, browser)).idToken).auth_time
    const first = await authTime()
    op.clock.advance(3599)
    expect(await authTime()).toBe(first)
    op.clock.advance(3599)
    expect(await authTime()).toBe(first)
    op.clock.advance(3600)
    expect(await authTime()).toBe(Number(first) + 10_798)
  })

  it('[SIM-2] [AUTHZ-9] ignores max_age from a service that is not enabled for it', async () => {
    const op = await start()
    const browser = new Browser()
    const first = decodeJwt((await tokensFor(op, {}, browser)).idToken)
    op.clock.advance(600)
    const again = decodeJwt((await tokensFor(op, { max_age: '60' }, browser)).idToken)
    expect(again.auth_time).toBe(first.auth_time)
  })

  it('[SIM-2] [AUTHZ-9] makes the user sign in again if the session is older than max_age', async () => {
    const op = await start({ client: { maxAgeEnabled: true } })
    const browser = new Browser()
    const authTime = async (max_age: string) =>
      decodeJwt((await tokensFor(op, { max_age }, browser)).idToken).auth_time
    const first = await authTime('0')
    op.clock.advance(600)
    expect(await authTime('700')).toBe(first)
    expect(await authTime('60')).toBeGreaterThanOrEqual(Number(first) + 600)
  })
})

describe('max_age in a request object', () => {
  it('[SIM-2] [AUTHZ-9] has the same effect as in the query', async () => {
    const op = await start({ client: { maxAgeEnabled: true } })
    const browser = new Browser()
    const authTime = async (max_age: number | string | undefined) => {
      const callback = await browser.redirect(await requestObjectURL(op, { max_age }))
      const { body } = await exchange(op, callback.searchParams.get('code') ?? '')
      return decodeJwt(String(body.id_token)).auth_time
    }
    const first = await authTime(undefined)
    op.clock.advance(600)
    expect(await authTime(undefined)).toBe(first)
    expect(await authTime(700)).toBe(first)
    const second = await authTime('60')
    expect(second).toBeGreaterThanOrEqual(Number(first) + 600)
  })
})

describe('re-authentication', () => {
  it('[SIM-2] [AUTHZ-13] signs the same user in again with an expired ID token as the hint', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op, {}, browser)
    op.clock.advance(1800)
    const url = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken, vtr: ['Cl.Cm'] })
    expect((await browser.redirect(url)).searchParams.get('code')).not.toBeNull()
  })

  it('[SIM-2] [AUTHZ-13] uses the vector of the ID token if the request has none', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op, { vtr: '["Cl"]' }, browser)
    const callback = await browser.redirect(
      await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken }),
    )
    const { body } = await exchange(op, callback.searchParams.get('code') ?? '')
    expect(decodeJwt(String(body.id_token)).vot).toBe('Cl')
  })

  it.each(['login_required', 'access_denied'])(
    '[SIM-2] [CB-5] ends the session if signing in again fails with %s, and notifies the services',
    async (error) => {
      const service = await startService(200)
      const op = await start({ backChannelLogoutURL: service.url })
      const browser = new Browser()
      const { idToken } = await tokensFor(op, {}, browser)
      op.respondWith({ error: { error } })
      const url = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken })
      expect(paramsOf(await browser.redirect(url))).toMatchObject({ error })
      expect(await op.settleLogouts()).toHaveLength(1)
    },
  )

  it('[SIM-2] keeps the session of a user who is denied access without being asked to sign in again', async () => {
    const op = await start({ backChannelLogoutURL: 'http://127.0.0.1:1/logout' })
    const browser = new Browser()
    await tokensFor(op, {}, browser)
    op.respondWith({ error: { error: 'access_denied' } })
    await browser.redirect(authorizationURL(op))
    expect(await op.settleLogouts()).toEqual([])
  })

  it('[SIM-2] [CB-5] redirects with login_required if another user signs in, and ends the session', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op, {}, browser)
    const before = decodeJwt(idToken).auth_time
    op.respondWith(anotherUser)
    const url = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken })
    expect(paramsOf(await browser.redirect(url))).toEqual({
      error: 'login_required',
      error_description: 'Login required',
      state: 'a-state',
    })
    op.respondWith({})
    op.clock.advance(10)
    const after = decodeJwt((await tokensFor(op, {}, browser)).idToken).auth_time
    expect(after).toBeGreaterThanOrEqual(Number(before) + 10)
  })

  it('[SIM-2] [AUTHZ-13] rejects an id_token_hint that the provider did not sign as an ID token', async () => {
    const op = await start()
    const hints = ['nonsense', await assertion(op), await sign(op, { sub: 'x', aud: op.options.clientId })]
    for (const id_token_hint of hints) {
      const callback = await new Browser().redirect(
        await requestObjectURL(op, { prompt: 'login', id_token_hint }),
      )
      expect(paramsOf(callback)).toMatchObject({
        error: 'invalid_request',
        error_description: 'Unable to validate id_token_hint',
      })
    }
  })

  it('[SIM-2] [AUTHZ-13] rejects an id_token_hint without a subject or an audience', async () => {
    const op = await start()
    for (const fault of ['missing-sub', 'missing-audience'] as const) {
      op.breakNext('id-token', fault)
      const { idToken } = await tokensFor(op)
      const url = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken })
      const callback = await new Browser().redirect(url)
      expect(callback.searchParams.get('error_description')).toBe('Invalid id_token_hint')
    }
  })

  it('[SIM-2] [AUTHZ-13] rejects an id_token_hint that is signed with RS256', async () => {
    const op = await start({ client: { idTokenSigningAlg: 'RS256' } })
    const { idToken } = await tokensFor(op)
    const url = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken })
    expect((await new Browser().redirect(url)).searchParams.get('error_description')).toBe(
      'Unable to validate id_token_hint',
    )
  })

  it('[SIM-2] [AUTHZ-13] rejects an id_token_hint of another service', async () => {
    const op = await start({ clients: [{}, { callbackURL: 'http://127.0.0.1:3001/callback' }] })
    op.breakNext('id-token', 'wrong-audience')
    const { idToken } = await tokensFor(op)
    const url = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken })
    expect((await new Browser().redirect(url)).searchParams.get('error_description')).toBe(
      'Invalid id_token_hint for client',
    )
  })

  it('[SIM-2] ignores an id_token_hint without prompt=login', async () => {
    const op = await start()
    const callback = await new Browser().redirect(await requestObjectURL(op, { id_token_hint: 'nonsense' }))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })

  it('[SIM-2] accepts prompt=login and prompt=none without a hint', async () => {
    const op = await start()
    for (const prompt of ['login', 'none']) {
      const callback = await new Browser().redirect(authorizationURL(op, { prompt }))
      expect(callback.searchParams.get('code')).not.toBeNull()
    }
    expect(now(op)).toBeGreaterThan(0)
  })
})
