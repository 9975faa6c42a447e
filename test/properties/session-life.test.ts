import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginUser } from '../../lib/index.ts'
import { readyUser, type SimulatorUser } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const absolute = 2 * 3600
const idle = 1800
const transactionLifetime = 2 * 3600
const codeLifetime = 300

const people = ['alice', 'bob', 'carol'] as const
const pages = ['/basic', '/account', '/identity'] as const

type Person = (typeof people)[number]
type Page = (typeof pages)[number]

/** The steps that can happen, at least a second apart. */
type Step =
  | { does: 'begin'; browser: number; page: Page; who: Person; error: string | undefined }
  | { does: 'finish'; tab: number; elsewhere: boolean }
  | { does: 'replay'; browser: number; tab: number }
  | { does: 'look'; browser: number }
  | { does: 'sign out'; browser: number }
  | { does: 'sign out everywhere'; who: Person }
  | { does: 'pass'; seconds: number }

const browser = fc.nat({ max: 1 })
const tab = fc.nat({ max: 3 })
const who = fc.constantFrom(...people)
const page = fc.constantFrom(...pages)
const noError = fc.constant(undefined)
const error = fc.oneof(
  { weight: 8, arbitrary: noError },
  { weight: 1, arbitrary: fc.constantFrom('access_denied', 'login_required', 'server_error') },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('begin'), browser, page, who, error }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('begin'),
      browser,
      page,
      who: fc.constant('alice' as const),
      error: noError,
    }),
  },
  { weight: 9, arbitrary: finish(false) },
  { weight: 1, arbitrary: finish(true) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('replay'), browser, tab }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('look'), browser }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('sign out'), browser }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sign out everywhere'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('pass'),
      seconds: fc.constantFrom(120, 400, 1000, 1900, 4000, 8000),
    }),
  },
)

function finish(elsewhere: boolean): fc.Arbitrary<Step> {
  return fc.record({
    does: fc.constant('finish'),
    tab: fc.nat({ max: 19 }),
    elsewhere: fc.constant(elsewhere),
  })
}

/** The user who must be signed in at a browser. */
interface ModelSession {
  /** The same through step-ups. */
  readonly id: symbol
  /** The callbacks of this session: repeated, they redirect to their page. */
  readonly finished: readonly string[]
  readonly who: Person
  readonly level: 'Cl' | 'Cl.Cm'
  readonly identity: 'proven' | 'unproven' | undefined
  readonly issuedAt: number
  readonly startedAt: number
  readonly lastSeenAt: number
}

/** A sign-in that has come back from One Login and waits in a tab. */
interface Tab {
  readonly address: string
  readonly who: Person
  readonly page: Page
  readonly asksForIdentity: boolean
  readonly error: string | undefined
  /** The user who was signed in when it started. */
  readonly bound: Person | undefined
  /** The session in which it started. */
  readonly startedFrom: symbol | undefined
  readonly startedAt: number
  /** One Login may have withdrawn its code, because a user signed out there. */
  withdrawn: boolean
}

const canProve: readonly Person[] = ['alice', 'bob']
/** The rules in their shortest form, and the service: after each step both must agree. */
class Story {
  static #count = 0
  readonly #pair: Pair
  readonly #storyNumber = Story.#count++
  readonly #browsers = [new Browser(), new Browser()]
  readonly #sessions: (ModelSession | undefined)[] = [undefined, undefined]
  readonly #tabs: Tab[][] = [[], []]
  readonly #used: string[][] = [[], []]
  readonly #signedOutAt = new Map<Person, number>()
  signIns = 0

  constructor(pair: Pair) {
    this.#pair = pair
  }

  async perform(step: Step): Promise<void> {
    vi.setSystemTime(Date.now() + 1000)
    switch (step.does) {
      case 'begin':
        await this.#begin(step)
        break
      case 'finish':
        await this.#finish(step)
        break
      case 'replay':
        await this.#replay(step.browser, step.tab)
        break
      case 'look':
        await this.look(step.browser)
        break
      case 'sign out':
        await this.#signOut(step.browser)
        break
      case 'sign out everywhere':
        await this.#pair.op.signOut(this.#userOf(step.who).sub)
        this.#signedOutAt.set(step.who, nowInSeconds())
        this.#withdrawAll()
        break
      case 'pass':
        vi.setSystemTime(Date.now() + step.seconds * 1000)
    }
    for (const { sub } of await this.#pair.op.settleLogouts()) {
      const person = people.find((one) => this.#userOf(one).sub === sub)
      if (person) this.#signedOutAt.set(person, nowInSeconds())
      this.#withdrawAll()
    }
  }

  /** Gets from the service who is signed in, which counts as activity. */
  async look(at: number): Promise<void> {
    const session = this.#request(at)
    const { body } = await this.#at(at).send(`${this.#pair.service.url}/whoami`)
    const user = JSON.parse(body) as OneLoginUser | null
    expect(
      user && {
        sub: user.sub,
        email: user.email,
        level: user.authentication.level,
        identity: user.identity && (user.identity.proven ? 'proven' : 'unproven'),
      },
    ).toEqual(
      session
        ? {
            sub: this.#userOf(session.who).sub,
            email: this.#userOf(session.who).email,
            level: session.level,
            identity: session.identity,
          }
        : null,
    )
  }

  async #begin({ browser: at, page, who, error }: Step & { does: 'begin' }): Promise<void> {
    const { op, service } = this.#pair
    const session = this.#request(at)
    op.respondWith({
      user: this.#userOf(who),
      level: canProve.includes(who) ? 'P2' : 'P0',
      ...(error !== undefined && { error: { error } }),
    })
    const response = await this.#at(at).visit(service.url + page, {
      stopAt: (location) => location.startsWith(`${service.url}/auth/callback?`),
    })
    const open = isOpen(page, session)
    expect(response.status, response.body).toBe(open ?? 302)
    if (open === 200 && session)
      expect(JSON.parse(response.body)).toMatchObject({ sub: this.#userOf(session.who).sub })
    if (open !== undefined) return
    this.#tabs[at]?.push({
      address: response.headers.location ?? '',
      who,
      page,
      asksForIdentity: page === '/identity' && session?.level === 'Cl.Cm',
      error,
      bound: session?.who,
      startedFrom: session?.id,
      startedAt: nowInSeconds(),
      withdrawn: false,
    })
    if (this.#tabs[at] && this.#tabs[at].length > 10) this.#tabs[at].shift()
  }

  async #finish({ tab, elsewhere }: Step & { does: 'finish' }): Promise<void> {
    const all = this.#tabs.flat()
    const waiting = all[tab % Math.max(all.length, 1)]
    if (!waiting) return
    const at = this.#tabs.findIndex((tabs) => tabs.includes(waiting))
    if (elsewhere) {
      this.#request(1 - at)
      expect((await this.#at(1 - at).send(waiting.address)).status).toBe(400)
      return
    }
    const tabs = this.#tabs[at] ?? []
    this.#tabs[at] = tabs.filter((other) => other !== waiting)
    this.#used[at]?.push(waiting.address)
    // A user who returns from One Login was not idle.
    const session = this.#current(at, { idle: Infinity })
    this.#sessions[at] = session
    const { status, body } = await this.#at(at).send(waiting.address)
    const tooLate = nowInSeconds() - waiting.startedAt
    if (tooLate < transactionLifetime && waiting.error === undefined && status === 303) {
      expect(tooLate).toBeLessThanOrEqual(codeLifetime)
      expect([session?.who ?? waiting.who, waiting.bound ?? waiting.who]).toEqual([waiting.who, waiting.who])
      this.#sessions[at] = signedIn(waiting, session)
      this.signIns++
      return
    }
    expect(status).toBeGreaterThanOrEqual(400)
    if (tooLate >= transactionLifetime) this.#expected(at)
    else if (waiting.error !== undefined) {
      this.#expected(at)
      if (waiting.error === 'login_required') this.#end(at)
    } else if (codeOf(body) === 'subject_mismatch') {
      expect([session?.who, waiting.bound].some((one) => one !== undefined && one !== waiting.who)).toBe(true)
      this.#end(at)
    } else {
      expect(codeOf(body)).toBe('token_refused')
      expect(waiting.withdrawn || tooLate >= codeLifetime).toBe(true)
      this.#expected(at)
    }
  }

  async #replay(at: number, tab: number): Promise<void> {
    const used = this.#used[at] ?? []
    const address = used[tab % Math.max(used.length, 1)]
    if (address === undefined) return
    const session = this.#request(at)
    const isRepeated = session?.finished.includes(address) ?? false
    expect((await this.#at(at).send(address)).status).toBe(isRepeated ? 303 : 400)
  }

  async #signOut(at: number): Promise<void> {
    this.#request(at)
    await this.#at(at).visit(`${this.#pair.service.url}/sign-out`)
    this.#end(at)
    this.#withdrawAll()
  }

  /** The effect of a request on the session of its browser: it ends, or is extended. */
  #request(at: number): ModelSession | undefined {
    this.#sessions[at] = this.#current(at)
    this.#expected(at)
    return this.#sessions[at]
  }

  #current(at: number, limits: { idle: number } = { idle }): ModelSession | undefined {
    const session = this.#sessions[at]
    if (!session) return undefined
    const isOver =
      (this.#signedOutAt.get(session.who) ?? -Infinity) >= session.issuedAt ||
      nowInSeconds() >= session.startedAt + absolute ||
      nowInSeconds() >= session.lastSeenAt + limits.idle
    return isOver ? undefined : session
  }

  #expected(at: number): void {
    const session = this.#sessions[at]
    if (session && nowInSeconds() < session.lastSeenAt + idle)
      this.#sessions[at] = { ...session, lastSeenAt: nowInSeconds() }
  }

  /** When a session ends, the sign-ins that started in it end too. */
  #end(at: number): void {
    const ended = this.#sessions[at]?.id
    this.#sessions[at] = undefined
    const isDead = ({ startedFrom }: Tab) => startedFrom !== undefined && startedFrom === ended
    this.#used[at]?.push(...(this.#tabs[at] ?? []).filter(isDead).map(({ address }) => address))
    this.#tabs[at] = (this.#tabs[at] ?? []).filter((tab) => !isDead(tab))
  }

  #withdrawAll(): void {
    for (const tab of this.#tabs.flat()) tab.withdrawn = true
  }

  #at(at: number): Browser {
    return this.#browsers[at] ?? new Browser()
  }

  #userOf(person: Person): SimulatorUser {
    const sub = `urn:fdc:gov.uk:2022:${person}-${this.#storyNumber}`
    return { ...readyUser('typical'), sub, email: `${person}-${this.#storyNumber}@example.com` }
  }
}

function codeOf(body: string): unknown {
  return (JSON.parse(body) as { code?: unknown }).code
}

/** The status of a page for this user, if it does not redirect to One Login. */
function isOpen(page: Page, session: ModelSession | undefined): 200 | 403 | undefined {
  if (!session) return undefined
  if (page === '/basic') return 200
  if (session.level !== 'Cl.Cm') return undefined
  if (page === '/account') return 200
  return session.identity && (session.identity === 'proven' ? 200 : 403)
}

function signedIn(
  { who, page, address, asksForIdentity }: Tab,
  before: ModelSession | undefined,
): ModelSession {
  const outcome = canProve.includes(who) ? 'proven' : 'unproven'
  return {
    id: before?.id ?? Symbol(who),
    finished: [...(before?.finished ?? []), address].slice(-10),
    who,
    level: page === '/basic' ? 'Cl' : 'Cl.Cm',
    identity: asksForIdentity ? outcome : before?.identity,
    issuedAt: nowInSeconds(),
    startedAt: before?.startedAt ?? nowInSeconds(),
    lastSeenAt: nowInSeconds(),
  }
}

describe('any order of steps in several browsers, tabs and users', () => {
  let pair: Pair

  beforeAll(async () => {
    pair = await startPair({
      options: { session: { absolute, idle, onExpiry: 'continue' }, transactionLifetime },
      routes: (app, oneLogin) =>
        app.get(
          '/basic',
          oneLogin.requireAuthentication({ vtr: ['Cl'] }),
          (req, res) => void res.json(req.user),
        ),
    })
  })

  afterAll(() => pair[Symbol.asyncDispose]())

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it(
    '[SESS-7] [CB-1] signs no user in as another user, above their level, or after a sign-out',
    async () => {
      let signIns = 0
      const runs = propertyRuns(4)
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24, size: 'max' }), async (steps) => {
          const story = new Story(pair)
          for (const one of steps) await story.perform(one)
          for (const at of [0, 1]) await story.look(at)
          signIns += story.signIns
        }),
        runs,
      )
      // If no user ever signed in, the rule would hold too.
      expect(signIns).toBeGreaterThan(runs.numRuns / 2)
    },
    propertyTimeout(),
  )
})
