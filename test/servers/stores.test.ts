import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { visitorSignedIn, whoIs } from '../support/visitors.ts'
import { installPackages, storeKinds, type OpenStore } from './store-kinds.ts'

let lastUser = 0

/** A user for this test only. */
function newUser() {
  lastUser += 1
  return { sub: `urn:fdc:gov.uk:2022:store-user-${lastUser}`, email: `user-${lastUser}@example.com` }
}

afterEach(() => {
  vi.useRealTimers()
})

describe.each(storeKinds)('a service whose sessions are in $name', (kind) => {
  const resources: AsyncDisposable[] = []
  let opened: OpenStore
  let pair: Pair

  beforeAll(async () => {
    const load = await installPackages(kind.packages)
    resources.unshift(load)
    opened = await kind.open(load)
    resources.unshift(opened)
    pair = await startPair({ store: opened.store })
    resources.unshift(pair)
  }, 120_000)
  afterAll(async () => {
    for (const resource of resources) await resource[Symbol.asyncDispose]()
  })

  it('[USE-4] signs a user in, and then proves their identity', async () => {
    const browser = await visitorSignedIn(pair)
    expect(await whoIs(pair.service, browser)).toBe(readyUser('typical').sub)
    const page = await browser.visit(`${pair.service.url}/identity`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/identity` })
  })

  it('[USE-4] signs a user in from each of 5 tabs that open at once', async () => {
    pair.op.respondWith({ user: newUser() })
    const browser = new Browser()
    const tabs = await Promise.all(
      [1, 2, 3, 4, 5].map((tab) =>
        browser.visit(`${pair.service.url}/account?tab=${tab}`, { stopAt: isCallback }),
      ),
    )
    const pages = await Promise.all(tabs.map(({ headers }) => browser.visit(headers.location ?? '')))
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(pages.map(({ url }) => new URL(url).search).sort()).toEqual(
      [1, 2, 3, 4, 5].map((tab) => `?tab=${tab}`),
    )
  })

  it('[USE-4] signs a user out', async () => {
    const browser = await visitorSignedIn(pair, newUser())
    await browser.visit(`${pair.service.url}/sign-out`, { stopAt: true })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[USE-4] signs out only the user of a back-channel logout', async () => {
    const user = newUser()
    const stranger = newUser()
    const browser = await visitorSignedIn(pair, user)
    const other = await visitorSignedIn(pair, stranger)
    expect((await pair.op.signOut(user.sub))[0]).toMatchObject({ delivered: true })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect(await whoIs(pair.service, other)).toBe(stranger.sub)
  })

  it('[USE-4] lets no user in while the store is unavailable, and recovers with it', async (context) => {
    const { crash, comeBack } = opened
    if (!crash || !comeBack) context.skip('This store has no server.')
    else {
      const user = newUser()
      const browser = await visitorSignedIn(pair, user)
      await crash()
      const status = async () => (await browser.send(`${pair.service.url}/account`)).status
      try {
        // express-session passes the store's own error to the app, whose error handler returns 500.
        await expect.poll(status, { timeout: 20_000 }).toBe(500)
        const visitor = await new Browser().visit(`${pair.service.url}/account`)
        expect(visitor).toMatchObject({ status: 503, url: `${pair.service.url}/account` })
        expect(JSON.parse(visitor.body)).toMatchObject({ code: 'session_unavailable' })
      } finally {
        await comeBack()
      }
      await expect.poll(status, { timeout: 20_000 }).toBe(200)
      expect(await whoIs(pair.service, browser)).toBe(user.sub)
    }
  })

  it('[USE-4] ends a session after 12 hours', async () => {
    const browser = await visitorSignedIn(pair, newUser())
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 13 * 60 * 60 * 1000 })
    const { status, headers } = await browser.send(`${pair.service.url}/account`)
    expect([status, headers.location?.startsWith(pair.op.url)]).toEqual([303, true])
  })
})

function isCallback(location: string): boolean {
  return location.includes('/auth/callback')
}
