// A person with several tabs, in a service whose parts become unavailable. Every page must show the right user.
import { readyUser, type Simulator } from '../lib/simulator/index.ts'
import { PortBlindBrowser } from '../test/servers/cluster.ts'

/** The results of all users together. */
export class ChaosTally {
  signIns = 0
  stepUps = 0
  signOuts = 0
  backChannelLogouts = 0
  /** Tabs that did not get their page, by status and code. */
  readonly failures = new Map<string, number>()
  readonly wrong: string[] = []
  /** Sign-outs and back-channel logouts that a fail-over of the store lost. */
  undone = 0
  /** Back-channel logouts that ended nothing, because the clocks of instances differ. */
  kept = 0
  /** Whether the clocks of instances differ, or did. */
  clocksDiffer = false
  /** Times whose writes a fail-over may have lost, in milliseconds since 1970. */
  readonly #losses: { readonly from: number; until: number }[] = []
  #last: Promise<unknown> = Promise.resolve()

  /** Runs one function at a time. */
  async oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Records that writes get lost during some work, and those that were sent to no replica yet. */
  async losingWrites(work: () => Promise<unknown>): Promise<void> {
    const loss = { from: Date.now() - 500, until: Infinity }
    this.#losses.push(loss)
    await work()
    loss.until = Date.now()
  }

  mayBeLost({ from, until }: Lapse): boolean {
    return this.#losses.some((loss) => from <= loss.until && until >= loss.from)
  }

  count(what: string): void {
    this.failures.set(what, (this.failures.get(what) ?? 0) + 1)
  }
}

/** When something was done, in milliseconds since 1970. */
interface Lapse {
  readonly from: number
  readonly until: number
}

/** A sign-out or back-channel logout that was answered. */
interface SignOut extends Lapse {
  readonly how: string
  /** Whether the user signed in within the last second of One Login's clock. Then the order depends on the clocks of instances. */
  readonly isAtOnce: boolean
  /** Of the session that ended. */
  readonly cookies: ReadonlyMap<string, string>
  isUndone: boolean
}

/** The end of a visit in a tab: the user that its page shows, if it is a page. */
interface Ending {
  readonly status: number
  readonly sub: string | undefined
}

/** Signs in and out, over and over, with 1 to 3 tabs at once. */
export class ChaosUser {
  readonly #op: Simulator
  readonly #url: string
  readonly #tally: ChaosTally
  readonly #random: () => number
  readonly #user: ReturnType<typeof readyUser>
  #browser = new PortBlindBrowser()
  #ended: SignOut[] = []
  /** When the last sign-in ended, in milliseconds since 1970. A tab that did not get its page may have signed in too. */
  #cameAt = 0

  constructor(op: Simulator, url: string, tally: ChaosTally, random: () => number, index: number) {
    this.#op = op
    this.#url = url
    this.#tally = tally
    this.#random = random
    this.#user = { ...readyUser('typical'), sub: `urn:fdc:gov.uk:2022:chaos-${index}` }
  }

  /** One visit: sign-in, perhaps an identity, and an end. Returns whether every tab got its page. */
  async visit(): Promise<boolean> {
    const before = [...this.#tally.failures.values()].reduce((sum, count) => sum + count, 0)
    await this.#inTabs('/account')
    if (this.#random() < 0.5) await this.#inTabs('/identity')
    await this.#mustShowOnlyMe('/whoami')
    if (this.#random() < 0.3) await this.#backChannelLogout()
    await this.#signOut()
    const after = [...this.#tally.failures.values()].reduce((sum, count) => sum + count, 0)
    return after === before
  }

  async #inTabs(path: string): Promise<void> {
    const tabs = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, (_, tab) => `${path}?tab=${tab}`)
    const endings = await Promise.all(tabs.map((tab) => this.#goTo(tab)))
    this.#cameAt = Date.now()
    for (const { status, sub } of endings) {
      if (sub !== undefined && sub !== this.#user.sub) this.#tally.wrong.push(`${path} shows ${sub}`)
      if (status !== 200) continue
      if (path === '/account') this.#tally.signIns++
      else this.#tally.stepUps++
    }
  }

  async #goTo(path: string): Promise<Ending> {
    let address = this.#url + path
    for (let hops = 0; hops < 12; hops++) {
      const answer = await this.#send(address)
      if (answer.location === undefined) {
        if (answer.status !== 200) this.#tally.count(`${answer.status} ${answer.code}`)
        return answer
      }
      address = new URL(answer.location, address).href
    }
    this.#tally.count('went round')
    return { status: 0, sub: undefined }
  }

  /** Sends a request, after setting in the simulator whose browser this is. */
  async #send(address: string) {
    const browser = this.#browser
    const isProvider = new URL(address).host === new URL(this.#op.url).host
    try {
      const { status, headers, body } = await (isProvider
        ? this.#tally.oneAtATime(() => {
            this.#op.respondWith({ user: this.#user })
            return browser.send(address)
          })
        : browser.send(address))
      return { status, location: headers.location, ...contentOf(body) }
    } catch {
      return { status: 0, location: undefined, code: 'no connection', sub: undefined }
    }
  }

  async #mustShowOnlyMe(path: string): Promise<void> {
    const { sub } = await this.#send(this.#url + path)
    if (sub !== undefined && sub !== this.#user.sub) this.#tally.wrong.push(`${path} shows ${sub}`)
  }

  async #backChannelLogout(): Promise<void> {
    const from = Date.now()
    const told = await this.#op.signOut(this.#user.sub, { to: `${this.#url}/back-channel-logout` })
    if (!told.some(({ delivered }) => delivered)) return
    this.#tally.backChannelLogouts++
    const signOut = this.#signedOut('a back-channel logout', from)
    await this.#mustShowNobody({ ...signOut, isAtOnce: from - this.#cameAt < 1000 })
  }

  async #signOut(): Promise<void> {
    const from = Date.now()
    const signOut = this.#signedOut('a sign-out', from)
    const { status } = await this.#send(`${this.#url}/sign-out`)
    if (status === 303) {
      this.#tally.signOuts++
      const answered = { ...signOut, until: Date.now() }
      this.#ended = [...this.#ended, answered].slice(-3)
      await this.#mustShowNobody(answered)
    }
    for (const earlier of this.#ended) {
      this.#browser = new PortBlindBrowser()
      for (const [name, value] of earlier.cookies) this.#browser.jar('').set(name, value)
      await this.#mustShowNobody(earlier)
    }
    this.#browser = new PortBlindBrowser()
  }

  #signedOut(how: string, from: number): SignOut {
    return {
      how,
      from,
      until: Date.now(),
      cookies: new Map(this.#browser.jar('')),
      isAtOnce: false,
      isUndone: false,
    }
  }

  async #mustShowNobody(after: SignOut): Promise<void> {
    const { sub } = await this.#send(`${this.#url}/whoami`)
    if (sub === undefined) return
    if (sub !== this.#user.sub) this.#tally.wrong.push(`/whoami shows ${sub}`)
    else if (after.isAtOnce && this.#tally.clocksDiffer) this.#tally.kept++
    else if (!this.#tally.mayBeLost(after)) this.#tally.wrong.push(`a user is shown after ${after.how}`)
    else if (!after.isUndone) {
      after.isUndone = true
      this.#tally.undone++
    }
  }
}

/** The content of a response: a user, the code of an error, or text from nginx. */
function contentOf(body: string): { code: string; sub: string | undefined } {
  try {
    const json = JSON.parse(body) as { code?: string; sub?: string } | null
    return { code: json?.code ?? '', sub: json?.sub }
  } catch {
    return { code: 'not from the service', sub: undefined }
  }
}
