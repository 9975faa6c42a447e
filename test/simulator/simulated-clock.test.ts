import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { passTime, stopClock } from '../support/stopped-clock.ts'
import { codeFor, exchange, start, tokensFor, userinfo } from './relying-party.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('the simulated clock', () => {
  it('[SIM-3] [CB-10] expires a code after 300 seconds', async () => {
    stopClock()
    const op = await start()
    const [young, old] = [await codeFor(op), await codeFor(op)]
    op.clock.advance(299.999)
    expect((await exchange(op, young)).status).toBe(200)
    op.clock.advance(0.001)
    expect((await exchange(op, old)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('[SIM-3] [CB-10] expires an access token after 180 seconds, and allows many uses before that', async () => {
    stopClock()
    const op = await start()
    const { accessToken } = await tokensFor(op)
    op.clock.advance(179.999)
    expect((await userinfo(op, accessToken)).status).toBe(200)
    expect((await userinfo(op, accessToken)).status).toBe(200)
    op.clock.advance(0.001)
    expect((await userinfo(op, accessToken)).status).toBe(401)
  })

  it('[SIM-3] sets the Date header of a response', async () => {
    const op = await start()
    op.clock.set(new Date('2031-05-01T12:00:00Z'))
    const date = (await fetch(`${op.issuer}trustmark`)).headers.get('date')
    expect(date).toMatch(/^Thu, 01 May 2031 12:00:/)
  })

  it('[SIM-3] can be set to a date, runs on from there, and can be reset', async () => {
    stopClock()
    const op = await start()
    const time = new Date('2031-05-01T12:00:00.999Z')
    op.clock.advance(60)
    op.clock.set(time)
    const { iat, exp } = decodeJwt((await tokensFor(op)).idToken)
    expect([iat, exp]).toEqual([Math.floor(time.getTime() / 1000), Math.floor(time.getTime() / 1000) + 120])
    passTime(5)
    op.clock.advance(7)
    op.clock.advance(-2)
    expect(op.clock.now()).toBe(time.getTime() + 10_000)
    op.clock.set(time.getTime() + 1)
    expect(op.clock.now()).toBe(time.getTime() + 1)
    op.clock.reset()
    expect(op.clock.now()).toBe(Date.now())
  })

  it('[SIM-3] follows the fake time of a test', async () => {
    const op = await start()
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00Z') })
    expect(op.clock.now()).toBe(Date.now())
    op.clock.advance(-60)
    expect(op.clock.now()).toBe(Date.now() - 60_000)
  })

  it('[SIM-3] sets the Date header of every response, errors included', async () => {
    const op = await start()
    op.clock.set(new Date('2031-05-01T12:00:00Z'))
    for (const path of ['.well-known/jwks.json', 'authorize', 'nothing-here']) {
      const { headers } = await fetch(new URL(path, op.issuer))
      expect(headers.get('date')).toMatch(/^Thu, 01 May 2031 12:0/)
    }
  })

  it('[SIM-3] runs while a test fakes all timers, and so do all requests', async () => {
    const op = await start()
    const before = Math.floor(Date.now() / 1000)
    vi.useFakeTimers()
    op.clock.advance(60)
    expect(decodeJwt((await tokensFor(op)).idToken).iat).toBeGreaterThanOrEqual(before + 60)
    await op.close()
  })

  it('[SIM-1] belongs to one simulator', async () => {
    const [one, other] = [await start(), await start()]
    one.clock.advance(3600)
    expect(one.clock.now() - other.clock.now()).toBeGreaterThan(3_500_000)
  })
})
