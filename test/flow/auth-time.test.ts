import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginUser } from '../../lib/index.ts'
import { startPair } from '../support/simulator.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Makes a request with a limit of 60 seconds, a while after the user signed in, and spends time at One Login. */
async function request(vtr: string[], { before = 0, after = 0 }) {
  await using pair = await startPair({
    simulator: { client: { maxAgeEnabled: true } },
    routes: (app, oneLogin) => {
      app.get('/recent', oneLogin.signIn({ vtr, maxAge: 60, returnTo: '/whoami' }))
    },
  })
  const { url } = pair.service
  const browser = pair.browser()
  await browser.visit(`${url}/account`)
  vi.setSystemTime(Date.now() + before * 1000)
  const isCallback = (location: string) => location.startsWith(`${url}/auth/callback`)
  const { headers } = await browser.visit(`${url}/recent`, { stopAt: isCallback })
  vi.setSystemTime(Date.now() + after * 1000)
  const page = await browser.visit(String(headers.location))
  const asked = pair.op.requests
    .filter(({ endpoint }) => endpoint === 'authorize')
    .map(({ requestObject }) => requestObject?.claims.max_age)
  return { status: page.status, user: JSON.parse(page.body) as OneLoginUser, asked }
}

describe('the age of a sign-in in an identity request', () => {
  it('[IDT-7, AUTHZ-17] does not grow while the user proves their identity', async () => {
    const { status, user, asked } = await request(['Cl.Cm.P2'], { after: 280 })
    expect(status).toBe(200)
    expect(user.identity).toMatchObject({ proven: true })
    expect(asked).toEqual([undefined, 60])
  })

  it('[IDT-7] grows until the browser is sent to One Login, which then asks the user to sign in again', async () => {
    const { status, user, asked } = await request(['Cl.Cm.P2'], { before: 1000, after: 280 })
    expect(status).toBe(200)
    expect(user.identity).toMatchObject({ proven: true })
    expect(Date.parse(user.authentication.time ?? '')).toBeGreaterThan(Date.now() - 300_000)
    expect(asked).toEqual([undefined, 60])
  })
})

describe('the age of a sign-in in any other request', () => {
  it('[IDT-7] grows while the user is at One Login, which then asks the user to sign in again', async () => {
    const { status, user, asked } = await request(['Cl.Cm'], { before: 50, after: 100 })
    expect(status).toBe(200)
    expect(Date.parse(user.authentication.time ?? '')).toBeGreaterThan(Date.now() - 60_000)
    expect(asked).toEqual([undefined, 60, 60])
  })

  it('[IDT-7] can reach the limit and the clock tolerance', async () => {
    const { status, asked } = await request(['Cl.Cm'], { before: 50, after: 30 })
    expect(status).toBe(200)
    expect(asked).toEqual([undefined, 60])
  })
})
