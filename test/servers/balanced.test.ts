import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readyUser, type SimulatorUser } from '../../lib/simulator/index.ts'
import type { Page } from '../support/browser.ts'
import { postLogout, undeliveredLogoutToken } from '../support/logout-tokens.ts'
import { signIn, whoIs } from '../support/visitors.ts'
import { BalancedService } from './balanced-service.ts'
import { PortBlindBrowser } from './cluster.ts'
import { startPostgres } from './postgres-server.ts'
import { startRedis } from './redis-server.ts'
import type { StoreServer } from './store-server.ts'

/** Times that a browser opens its tabs, and times that a callback is raced. */
const rounds = Number(process.env.ROUNDS ?? 10)
const tabs = [1, 2, 3, 4, 5]

let lastUser = 0

/** A user for this test only. */
function newUser(): SimulatorUser {
  lastUser += 1
  return { ...readyUser('typical'), sub: `urn:fdc:gov.uk:2022:balanced-${lastUser}` }
}

const codeOf = (body: string) => (JSON.parse(body) as { code: string }).code
const isCallback = (location: string) => location.includes('/auth/callback')

describe.each([
  { name: 'Redis', startStore: startRedis },
  { name: 'PostgreSQL', startStore: startPostgres },
])('three instances behind nginx that share sessions in $name', ({ startStore }) => {
  let store: StoreServer
  let service: BalancedService

  beforeAll(async () => {
    store = await startStore()
    service = await BalancedService.start(store)
  })
  afterAll(async () => {
    await service[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  async function signedIn(user: SimulatorUser): Promise<PortBlindBrowser> {
    service.op.respondWith({ user })
    const browser = new PortBlindBrowser()
    await signIn(service.url, browser)
    return browser
  }

  /** Visits a page and stops before the callback. */
  async function callbackOf(browser: PortBlindBrowser, path: string): Promise<string> {
    const page = await browser.visit(service.url + path, { stopAt: isCallback })
    return page.headers.location ?? `no callback, but status ${page.status}: ${page.body}`
  }

  it.each(['/account', '/identity'])(
    '[CB-13] finish all 5 sign-ins that one browser starts at once, each at its own %s',
    async (path) => {
      const lost: Page[] = []
      for (let round = 0; round < rounds; round++) {
        const user = newUser()
        service.op.respondWith({ user })
        // A step-up starts in a session, which all tabs share. A visitor has none yet.
        const browser = path === '/identity' ? await signedIn(user) : new PortBlindBrowser()
        const pages = await Promise.all(tabs.map((tab) => browser.visit(`${service.url}${path}?tab=${tab}`)))
        for (const [index, page] of pages.entries()) {
          const isAtItsPage = page.url === `${service.url}${path}?tab=${index + 1}`
          if (page.status !== 200 || !isAtItsPage || !page.body.includes(user.sub)) lost.push(page)
        }
        expect(await whoIs(service, browser)).toBe(user.sub)
      }
      expect(lost.map(({ status, body, trail }) => ({ status, body, trail }))).toEqual([])
    },
    600_000,
  )

  it.each(['/account', '/identity'])(
    '[CB-1] sign the user in once by a callback that arrives at all 3 at once, for %s',
    async (path) => {
      for (let round = 0; round < rounds; round++) {
        const user = newUser()
        service.op.respondWith({ user })
        const browser = path === '/identity' ? await signedIn(user) : new PortBlindBrowser()
        const callback = new URL(await callbackOf(browser, path))
        const answers = await Promise.all(
          service.members.map(({ url }) => browser.send(url + callback.pathname + callback.search)),
        )
        const codes = answers.filter(({ status }) => status !== 303).map(({ body }) => codeOf(body))
        // A late callback finds no waiting sign-in, or One Login rejects its code.
        expect(codes.filter((code) => !['session_lost', 'token_refused'].includes(code))).toEqual([])
        expect(codes).toHaveLength(2)
        expect((await browser.send(service.url + path)).status).toBe(200)
        for (const member of service.members) expect(await whoIs(member, browser)).toBe(user.sub)
      }
    },
    600_000,
  )

  it('[CB-13] finish waiting sign-ins while each instance is restarted in turn, without errors', async () => {
    const [one, other] = [newUser(), newUser()]
    service.op.respondWith({ user: one })
    const visitor = new PortBlindBrowser()
    const visitorCallback = await callbackOf(visitor, '/account')
    const known = await signedIn(other)
    const knownCallback = await callbackOf(known, '/identity')
    const bystander = await signedIn(newUser())

    let isOver = false
    const seen = new Set<number>()
    const traffic = async () => {
      while (!isOver) seen.add((await bystander.send(`${service.url}/account`)).status)
    }
    const sending = [traffic(), traffic()]
    await service.restartInTurn()
    isOver = true
    await Promise.all(sending)
    expect([...seen]).toEqual([200])

    expect(await visitor.visit(visitorCallback)).toMatchObject({ status: 200, url: `${service.url}/account` })
    expect(await whoIs(service, visitor)).toBe(one.sub)
    expect(await known.visit(knownCallback)).toMatchObject({ status: 200, url: `${service.url}/identity` })
    expect(await whoIs(service, known)).toBe(other.sub)
  })

  it('[SESS-7] all apply a back-channel logout that arrived at one', async () => {
    for (const told of service.members) {
      const [user, stranger] = [newUser(), newUser()]
      const browsers = [await signedIn(user), await signedIn(user)]
      const other = await signedIn(stranger)
      const logout_token = await undeliveredLogoutToken(service.op, user.sub)
      expect(await postLogout(told.url, { logout_token })).toMatchObject({ status: 200 })
      for (const member of service.members) {
        for (const browser of browsers) expect(await whoIs(member, browser)).toBeUndefined()
        expect(await whoIs(member, other)).toBe(stranger.sub)
      }
    }
  })

  it('[SESS-16] accept a logout token once, although it arrives at all 3 in turn', async () => {
    const user = newUser()
    await signedIn(user)
    const logout_token = await undeliveredLogoutToken(service.op, user.sub)
    const statuses = []
    for (const { url } of service.members) statuses.push((await postLogout(url, { logout_token })).status)
    expect(statuses).toEqual([200, 400, 400])
  })

  it('[SESS-14] all apply a sign-out that arrived at one, also for an old cookie', async () => {
    for (const asked of service.members) {
      const user = newUser()
      const browser = await signedIn(user)
      const before = new Map(browser.jar(''))
      const started = await callbackOf(browser, '/identity')
      await browser.visit(`${asked.url}/sign-out`, { stopAt: true })
      for (const member of service.members) expect(await whoIs(member, browser)).toBeUndefined()
      for (const [name, value] of before) browser.jar('').set(name, value)
      for (const member of service.members) expect(await whoIs(member, browser)).toBeUndefined()
      expect((await browser.visit(started)).status).toBe(400)
    }
  })
})
