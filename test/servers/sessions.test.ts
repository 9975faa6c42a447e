import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postLogout, undeliveredLogoutToken } from '../support/logout-tokens.ts'
import { signIn, whoIs } from '../support/visitors.ts'
import { Cluster, PortBlindBrowser, type Member } from './cluster.ts'
import { startPostgres } from './postgres-server.ts'
import { startRedis } from './redis-server.ts'
import type { StoreServer } from './store-server.ts'

let lastUser = 0

/** A user for this test only. */
function newUser() {
  lastUser += 1
  return { sub: `urn:fdc:gov.uk:2022:user-${lastUser}`, email: `user-${lastUser}@example.com` }
}

/** Signs a user in with their own browser. */
async function signedIn(
  cluster: Cluster,
  user: ReturnType<typeof newUser>,
  at: Member,
): Promise<PortBlindBrowser> {
  cluster.op.respondWith({ user })
  const browser = new PortBlindBrowser()
  await signIn(at.url, browser)
  return browser
}

/** The response to a browser at a guarded page. */
async function statusAt({ url }: Member, browser: PortBlindBrowser): Promise<number> {
  return (await browser.send(`${url}/account`)).status
}

/** Runs a function many times, a few at once. */
async function times<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index)
  }
  await Promise.all(Array.from({ length: 16 }, lane))
  return results
}

describe.each([
  { name: 'Redis', startStore: startRedis },
  { name: 'PostgreSQL', startStore: startPostgres },
])('two processes of a service that share sessions in $name', ({ startStore }) => {
  let store: StoreServer

  beforeAll(async () => {
    store = await startStore()
  })
  afterAll(async () => {
    await store[Symbol.asyncDispose]()
  })

  it('[SESS-7] sign a user out of three browsers at the next request after one back-channel logout', async () => {
    await using cluster = await Cluster.start(store)
    const members = [await cluster.add(), await cluster.add()] as const
    const [one, other] = [newUser(), newUser()]
    const browsers = []
    for (const member of [...members, members[0]]) browsers.push(await signedIn(cluster, one, member))
    const stranger = await signedIn(cluster, other, members[0])
    for (const browser of browsers)
      for (const member of members) expect(await whoIs(member, browser)).toBe(one.sub)

    const logout_token = await undeliveredLogoutToken(cluster.op, one.sub)
    expect(await postLogout(members[0].url, { logout_token })).toMatchObject({ status: 200 })

    const answers = browsers.map((browser, at) => whoIs(members[at % 2 === 0 ? 1 : 0], browser))
    expect(await Promise.all(answers)).toEqual([undefined, undefined, undefined])
    for (const browser of browsers)
      for (const member of members) expect(await statusAt(member, browser)).toBe(303)
    for (const member of members) expect(await whoIs(member, stranger)).toBe(other.sub)
  })

  it('[SESS-7] keep a sign-in after the logout, on both', async () => {
    await using cluster = await Cluster.start(store)
    const members = [await cluster.add(), await cluster.add()] as const
    const user = newUser()
    const [early, late] = [await signedIn(cluster, user, members[0]), new PortBlindBrowser()]
    await cluster.op.signOut(user.sub)
    cluster.op.clock.advance(2)
    await signIn(members[1].url, late)
    for (const member of members) {
      expect(await whoIs(member, late)).toBe(user.sub)
      expect(await whoIs(member, early)).toBeUndefined()
    }
  })

  it('[SESS-7] sign out a user whose sign-in on one finishes while the other gets the logout', async () => {
    await using cluster = await Cluster.start(store)
    const [slow, told] = [await cluster.add('sign-in'), await cluster.add()]
    const user = newUser()
    cluster.op.respondWith({ user })
    const browser = new PortBlindBrowser()
    const signingIn = browser.visit(`${slow.url}/sign-in?returnTo=/whoami`)
    await slow.waits()
    expect((await cluster.op.signOut(user.sub))[0]).toMatchObject({ delivered: true })
    slow.goOn()
    expect((await signingIn).body).toBe('null')
    expect(await whoIs(told, browser)).toBeUndefined()
  })

  it('[SESS-7] sign a user out of 1,000 sessions', async () => {
    await using cluster = await Cluster.start(store)
    const members = [await cluster.add(), await cluster.add()] as const
    const [one, other] = [newUser(), newUser()]
    const stranger = await signedIn(cluster, other, members[0])
    cluster.op.respondWith({ user: one })
    const browsers = await times(1000, async (index) => {
      const browser = new PortBlindBrowser()
      await signIn(members[index % 2 === 0 ? 0 : 1].url, browser)
      return browser
    })
    const logout_token = await undeliveredLogoutToken(cluster.op, one.sub)
    expect(await postLogout(members[0].url, { logout_token })).toMatchObject({ status: 200 })

    const found = await times(1000, (index) =>
      whoIs(members[index % 2 === 0 ? 1 : 0], browsers[index] ?? new PortBlindBrowser()),
    )
    expect(found.filter((sub) => sub !== undefined)).toEqual([])
    expect(await whoIs(members[1], stranger)).toBe(other.sub)
  })

  it('[SESS-7] sign a user out although the process that got the logout is killed before it can respond', async () => {
    await using cluster = await Cluster.start(store)
    const survivor = await cluster.add()
    const victim = await cluster.add('back-channel-logout')
    const user = newUser()
    const browsers = [await signedIn(cluster, user, survivor), await signedIn(cluster, user, survivor)]
    const telling = cluster.op.signOut(user.sub)
    await victim.waits()
    await victim.kill()
    expect((await telling).every(({ delivered }) => !delivered)).toBe(true)
    for (const browser of browsers) expect(await whoIs(survivor, browser)).toBeUndefined()
  })

  it('[SESS-7] sign a user out of sessions of a process that was killed, after its restart', async () => {
    await using cluster = await Cluster.start(store)
    const victim = await cluster.add()
    const user = newUser()
    const browser = await signedIn(cluster, user, victim)
    await victim.kill()
    await cluster.add()
    expect((await cluster.op.signOut(user.sub))[0]).toMatchObject({ delivered: true })
    const back = await cluster.add()
    expect(await whoIs(back, browser)).toBeUndefined()
  })

  it('[SESS-7] lose only the session of a user whose sign-in was cut off by a kill', async () => {
    await using cluster = await Cluster.start(store)
    const survivor = await cluster.add()
    const victim = await cluster.add('sign-in')
    const user = newUser()
    const before = await signedIn(cluster, user, survivor)
    const browser = new PortBlindBrowser()
    const signingIn = browser.visit(`${victim.url}/account`)
    const cutOff = expect(signingIn).rejects.toThrow()
    await victim.waits()
    await victim.kill()
    await cutOff
    expect(await whoIs(survivor, browser)).toBeUndefined()
    expect(await whoIs(survivor, before)).toBe(user.sub)
    await signIn(survivor.url, browser)
    expect(await whoIs(survivor, browser)).toBe(user.sub)
  })

  it('[SESS-7] return 503 and let no user through while the store is unavailable, and recover with it', async () => {
    await using cluster = await Cluster.start(store)
    const members = [await cluster.add(), await cluster.add()] as const
    const user = newUser()
    const browser = await signedIn(cluster, user, members[0])
    let isAway = false
    let isOver = false
    const seen = { before: new Set<number>(), during: new Set<number>() }
    const traffic = members.map(async (member) => {
      while (!isOver) {
        const during = isAway
        const status = await statusAt(member, browser)
        if (during) seen.during.add(status)
        else seen.before.add(status)
      }
    })
    await expect.poll(() => seen.before.has(200)).toBe(true)
    await store.crash()
    isAway = true
    await expect.poll(() => seen.during.has(503)).toBe(true)
    for (const member of members) {
      expect(await statusAt(member, browser)).toBe(503)
      // A visitor without a session cannot sign in either.
      expect((await new PortBlindBrowser().visit(`${member.url}/sign-in`)).status).toBeGreaterThanOrEqual(400)
    }
    const [missed] = await cluster.op.signOut(user.sub, { to: `${members[0].url}/back-channel-logout` })
    expect(missed?.attempts.map(({ status }) => status)).toEqual([503, 503, 503])
    isOver = true
    await Promise.all(traffic)
    // Requests that were running when the store failed get a response too: the page, or 503.
    expect([...seen.before].filter((status) => ![200, 503].includes(status))).toEqual([])
    expect([...seen.during]).toEqual([503])

    await store.comeBack()
    for (const member of members) {
      await expect.poll(() => statusAt(member, browser), { timeout: 20_000 }).toBe(200)
      expect(await whoIs(member, browser)).toBe(user.sub)
    }
    expect((await cluster.op.signOut(user.sub))[0]).toMatchObject({ delivered: true })
    for (const member of members) expect(await whoIs(member, browser)).toBeUndefined()
  })

  it('[SESS-7] still apply a sign-out after the store has crashed and restarted', async () => {
    await using cluster = await Cluster.start(store)
    const member = await cluster.add()
    const user = newUser()
    const browser = await signedIn(cluster, user, member)
    await cluster.op.signOut(user.sub)
    await store.crash()
    await store.comeBack()
    await expect.poll(() => statusAt(member, browser), { timeout: 20_000 }).toBe(303)
  })
})
