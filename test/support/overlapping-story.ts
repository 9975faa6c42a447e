import type { RequestListener } from 'node:http'
import { expect, vi } from 'vitest'
import { nowInSeconds } from '../../lib/clock.ts'
import { OverlappingBrowser, overlaps, type Exchange, type WaitingTab } from './overlapping-browser.ts'

export const idle = 1800
export const transactionLifetime = 2 * 3600

export const people = ['alice', 'bob'] as const
export type Person = (typeof people)[number]

/** The steps that can happen while other requests are running. */
export type Step =
  | { does: 'begin'; browser: number; page: '/account' | '/identity' }
  | { does: 'finish'; tab: number; who: Person }
  | { does: 'look'; browser: number; page: '/who' | '/account' | '/identity' }
  | { does: 'look back'; browser: number }
  | { does: 'sign out'; browser: number }
  | { does: 'sign out everywhere'; who: Person }
  | { does: 'log in as staff'; browser: number; keeping: boolean }
  | { does: 'write'; browser: number; turns: number }
  | { does: 'pass'; seconds: number }

interface Logout {
  readonly start: number
  readonly end: number
  readonly who: Person
  /** Seconds since 1970. */
  readonly at: number
}

/** The user that a page shows as signed in. */
interface Seen {
  readonly user: string | null
  /** The user that One Login verified. */
  readonly verified: string | null
  readonly isProven: boolean
}

/** Waits some turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Checks the rules that hold for every overlap. Overlapping requests have several correct results, so the rules name
 * only the results that are never correct.
 */
export class OverlappingStory {
  readonly #app: RequestListener
  readonly #browsers: readonly OverlappingBrowser[]
  readonly #logouts: Logout[] = []
  readonly #storyNumber: number
  #codes = 0
  /** Callbacks that found no waiting sign-in. A request that ends later may still explain them. */
  readonly #lost: { browser: OverlappingBrowser; tab: WaitingTab; callback: Exchange }[] = []
  signIns = 0

  constructor(app: RequestListener, storyNumber: number) {
    this.#app = app
    this.#storyNumber = storyNumber
    this.#browsers = [new OverlappingBrowser(app), new OverlappingBrowser(app)]
  }

  async perform(step: Step): Promise<void> {
    vi.setSystemTime(Date.now() + 1)
    if (step.does === 'finish') await this.#finishAny(step.tab, step.who)
    else if (step.does === 'sign out everywhere') await this.#signOutEverywhere(step.who)
    else if (step.does === 'pass') {
      vi.setSystemTime(Date.now() + step.seconds * 1000)
      for (const browser of this.#browsers) browser.era++
    } else await this.#inBrowser(step, this.#at(step.browser))
  }

  /** After all requests have ended, each waiting sign-in can be finished, and its user is signed in. */
  async settle(): Promise<void> {
    for (const browser of this.#browsers) {
      for (const tab of browser.tabs) {
        vi.setSystemTime(Date.now() + 2000)
        const done = await this.#finish(browser, tab, 'alice')
        if (!done) continue
        const { user } = await this.#look(browser, '/who')
        expect(user, 'a user who has just signed in is signed in').toBe(this.#subOf('alice'))
      }
      await this.#look(browser, '/who')
    }
    for (const { browser, tab, callback } of this.#lost)
      expect(tab.isDead || mayHaveEnded(browser, tab, callback), 'a waiting sign-in is not lost').toBe(true)
  }

  async #inBrowser(
    step: Exclude<Step, { does: 'finish' | 'sign out everywhere' | 'pass' }>,
    browser: OverlappingBrowser,
  ): Promise<void> {
    switch (step.does) {
      case 'begin':
        await this.#begin(browser, step.page)
        break
      case 'look':
        await this.#look(browser, step.page)
        break
      case 'look back':
        await this.#lookBack(browser)
        break
      case 'sign out':
        await this.#signOut(browser)
        break
      case 'log in as staff': {
        browser.era++
        browser.staffLogIns.push(await browser.send(step.keeping ? '/staff-keeping' : '/staff'))
        browser.era++
        break
      }
      case 'write':
        await browser.send(`/write?turns=${step.turns}`)
    }
  }

  async #begin(browser: OverlappingBrowser, page: string): Promise<void> {
    const { era } = browser
    const at = Date.now()
    browser.begun++
    const began = await browser.send(page)
    if (began.status !== 303) {
      this.#checkPage(browser, began)
      return
    }
    browser.tabs.push({
      state: new URL(began.location ?? '').searchParams.get('state') ?? '',
      cookie: began.cookies.find((line) => /^one-login-[^=]*=[^;]/.test(line))?.split('=')[0] ?? '',
      page,
      startedBy: began.header('x-signed-in') || undefined,
      began,
      at,
      era: era === browser.era ? era : undefined,
      isDead: false,
    })
  }

  async #finishAny(tab: number, who: Person): Promise<void> {
    const all = this.#browsers.flatMap((browser) => browser.tabs.map((waiting) => ({ browser, waiting })))
    const chosen = all[tab % Math.max(all.length, 1)]
    if (chosen) await this.#finish(chosen.browser, chosen.waiting, who)
  }

  async #finish(browser: OverlappingBrowser, tab: WaitingTab, person: Person): Promise<boolean> {
    browser.tabs = browser.tabs.filter((other) => other !== tab)
    browser.finishing.add(tab)
    const who = this.#subOf(person)
    browser.tried.add(who)
    const wasDead = tab.isDead
    const isCleared = !browser.cookies.has(tab.cookie)
    expect(isCleared && browser.begun <= 10, 'the cookie of a sign-in is kept').toBe(false)
    const query = new URLSearchParams({ state: tab.state, code: `${who}.${this.#codes++}` })
    const staysInEra = tab.era === browser.era && tab.startedBy === who
    const done = await browser.send(`/auth/callback?${query.toString()}`, { staysInEra })
    browser.finishing.delete(tab)
    if (done.status === 303) {
      expect(new URL(done.location ?? '', 'http://service.example').pathname).toBe(tab.page)
      expect(wasDead, 'a sign-in is rejected if the user who started it had signed out').toBe(false)
      expect([undefined, who]).toContain(tab.startedBy)
      browser.successes.push({ who, tab, start: done.start, end: done.end, at: Date.now() })
      this.signIns++
      return true
    }
    browser.era++
    const { code } = JSON.parse(done.body) as { code: string }
    if (code === 'subject_mismatch') {
      browser.mismatches.push(done)
      const isOther = (tab.startedBy ?? who) !== who
      expect(isOther || browser.tried.size > 1, 'another user was signed in').toBe(true)
    } else {
      expect(code, done.body).toBe('session_lost')
      const isTooLate = Date.now() - tab.at >= transactionLifetime * 1000
      if (!isTooLate && !isCleared) this.#lost.push({ browser, tab, callback: done })
    }
    return false
  }

  async #look(browser: OverlappingBrowser, page: string): Promise<Seen> {
    return this.#checkPage(browser, await browser.send(page, { isFetch: true }))
  }

  /** A session that its user has ended stays ended, even if a browser sends its cookie again. */
  async #lookBack(browser: OverlappingBrowser): Promise<void> {
    for (const session of browser.signedOutSessions.slice(-2)) {
      const { user, verified } = seenOn(await browser.send('/who', { session, isFetch: true }))
      expect(verified).toBeNull()
      expect([null, 'staff']).toContain(user)
    }
  }

  async #signOut(browser: OverlappingBrowser): Promise<void> {
    const { session, era } = browser
    const own = [...browser.tabs, ...browser.finishing].filter((tab) => tab.era === era && tab.startedBy)
    const done = await browser.send('/sign-out', { staysInEra: true })
    expect(done.status).toBe(303)
    browser.signOuts.push(done)
    if (session !== undefined) browser.signedOutSessions.push(session)
    // If another event has ended the session since then, it may not be the one that was signed out.
    if (browser.era === era) for (const tab of own) tab.isDead = true
    browser.era++
  }

  async #signOutEverywhere(person: Person): Promise<void> {
    for (const browser of this.#browsers) browser.era++
    const at = nowInSeconds()
    const done = await new OverlappingBrowser(this.#app).send(`/log-out/${this.#subOf(person)}`)
    this.#logouts.push({ start: done.start, end: done.end, who: person, at })
    for (const browser of this.#browsers) browser.era++
  }

  #checkPage(browser: OverlappingBrowser, page: Exchange): Seen {
    const seen = seenOn(page)
    const { user, verified, isProven } = seen
    if (user === null) {
      expect(verified).toBeNull()
      return seen
    }
    if (page.path !== '/who') expect(verified, 'guards let no other user through').toBe(user)
    if (user === 'staff') {
      expect(verified, 'staff do not get the record of a citizen').toBeNull()
      expect(browser.staffLogIns.some(({ end }) => end < page.start)).toBe(true)
      return seen
    }
    expect(verified, 'the verified record belongs to the signed-in user').toBe(user)
    const own = browser.successes.filter(({ who, end }) => who === user && end < page.start)
    expect(own.length, 'a user is shown only after a sign-in here').toBeGreaterThan(0)
    if (isProven) {
      expect(user).toBe(this.#subOf('alice'))
      expect(own.some(({ tab }) => tab.page === '/identity')).toBe(true)
    }
    for (const signOut of browser.signOuts.filter(({ end }) => end < page.start)) {
      const since = own.filter(({ end, tab }) => end > signOut.start && !tab.isDead)
      expect(since.length, 'a user who has signed out is not shown').toBeGreaterThan(0)
    }
    for (const logout of this.#logouts) {
      if (logout.end >= page.start || this.#subOf(logout.who) !== user) continue
      const since = own.filter(
        ({ tab, at }) => tab.began.end > logout.start || Math.floor(at / 1000) > logout.at,
      )
      expect(since.length, 'a user who was signed out everywhere is not shown').toBeGreaterThan(0)
    }
    expect(page.idleFor, 'a user who was idle too long is not shown').toBeLessThan(idle * 1000)
    return seen
  }

  #at(browser: number): OverlappingBrowser {
    return this.#browsers[browser] ?? new OverlappingBrowser(this.#app)
  }

  #subOf(person: Person): string {
    return `${person}-${this.#storyNumber}`
  }
}

/** Whether an event may have ended the session that a sign-in began in. */
function mayHaveEnded(
  { signOuts, mismatches }: OverlappingBrowser,
  { startedBy, began }: WaitingTab,
  callback: Exchange,
): boolean {
  const ends = [...signOuts, ...mismatches]
  if (ends.some((ending) => overlaps(ending, callback))) return true
  return startedBy !== undefined && ends.some(({ end }) => end > began.start)
}

function seenOn({ status, body }: Exchange): Seen {
  const nobody = { user: null, verified: null, isProven: false }
  return status === 200 ? (JSON.parse(body) as Seen) : nobody
}
