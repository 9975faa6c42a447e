import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginOptions } from '../../../lib/index.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { passTime, stopClock } from '../../support/stopped-clock.ts'
import { fetchFrom, visitorSignedIn, whoIs } from '../../support/visitors.ts'

const start = (session: OneLoginOptions['session']): Promise<Pair> =>
  startPair({ options: { session: { onExpiry: 'continue', ...session } } })

beforeEach(stopClock)
afterEach(() => {
  vi.useRealTimers()
})

describe('the session status', () => {
  it('[SESS-5] returns when the session ends, and that the user can extend it', async () => {
    await using pair = await start({ idle: '10m' })
    const browser = await visitorSignedIn(pair)
    passTime(60)
    const response = await browser.send(`${pair.service.url}/session-status`)
    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toMatch(/^application\/json/)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(response.body)).toEqual({ signedIn: true, secondsLeft: 540, extendable: true })
  })

  it('[SESS-5] does not count a GET as activity of the user', async () => {
    await using pair = await start({ idle: '10m' })
    const browser = await visitorSignedIn(pair)
    for (let minute = 1; minute < 10; minute++) {
      passTime(60)
      const { body } = await fetchFrom(browser, `${pair.service.url}/session-status`)
      expect(JSON.parse(body)).toMatchObject({ secondsLeft: 600 - minute * 60 })
    }
    passTime(60)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-5] counts a POST as activity of the user', async () => {
    await using pair = await start({ idle: '10m' })
    const browser = await visitorSignedIn(pair)
    passTime(540)
    const { body } = await fetchFrom(browser, `${pair.service.url}/session-status`, 'POST')
    expect(JSON.parse(body)).toMatchObject({ secondsLeft: 600 })
    passTime(540)
    expect(await whoIs(pair.service, browser)).toBeDefined()
  })

  it('[SESS-5] returns the absolute limit if it comes first, which no user can extend', async () => {
    await using pair = await start({ absolute: '15m', idle: '10m' })
    const browser = await visitorSignedIn(pair)
    passTime(480)
    const { body } = await fetchFrom(browser, `${pair.service.url}/session-status`, 'POST')
    expect(JSON.parse(body)).toEqual({ signedIn: true, secondsLeft: 420, extendable: false })
  })

  it('[SESS-5] returns that a session cannot be extended if both limits come together', async () => {
    await using pair = await start({ absolute: '1h', idle: '1h' })
    const browser = await visitorSignedIn(pair)
    const { body } = await fetchFrom(browser, `${pair.service.url}/session-status`)
    expect(JSON.parse(body)).toEqual({ signedIn: true, secondsLeft: 3600, extendable: false })
  })

  it('[SESS-5] returns the absolute limit if there is no other', async () => {
    await using pair = await start({ absolute: '1h' })
    const browser = await visitorSignedIn(pair)
    passTime(600)
    const { body } = await fetchFrom(browser, `${pair.service.url}/session-status`)
    expect(JSON.parse(body)).toEqual({ signedIn: true, secondsLeft: 3000, extendable: false })
  })

  it('[SESS-5] returns that no user is signed in, without creating a session', async () => {
    await using pair = await start({ idle: '10m' })
    const browser = pair.browser()
    for (const method of ['GET', 'POST']) {
      const { status, body } = await fetchFrom(browser, `${pair.service.url}/session-status`, method)
      expect({ status, body: JSON.parse(body) as unknown }).toEqual({
        status: 200,
        body: { signedIn: false },
      })
    }
    expect(browser.jar(new URL(pair.service.url).host).size).toBe(0)
  })

  it('[SESS-5] returns 401 to a page whose session has just expired and must be signed out', async () => {
    await using pair = await start({ idle: '10m', onExpiry: 'sign-out' })
    const browser = await visitorSignedIn(pair)
    passTime(600)
    expect(await fetchFrom(browser, `${pair.service.url}/session-status`)).toMatchObject({ status: 401 })
    expect(await fetchFrom(browser, `${pair.service.url}/session-status`)).toMatchObject({ status: 401 })
  })
})
