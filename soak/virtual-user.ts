// A browser that several people use one after the other, each with their own identity.
import { isDeepStrictEqual } from 'node:util'
import type { OneLoginUser } from '../lib/index.ts'
import { simulatorFaults, type FaultPlace, type SimulatorUser } from '../lib/simulator/index.ts'
import type { Browser } from '../test/support/browser.ts'
import type { Load } from './load.ts'

const people = 8

/** The end of a visit to a page. */
interface Ending {
  readonly host: string
  readonly status: number
  readonly body: string
}

/** Signs in, proves an identity and signs out, repeatedly. */
export class VirtualUser {
  readonly #load: Load
  readonly #browser: Browser
  readonly #people: readonly SimulatorUser[]
  #turns = 0

  constructor(load: Load, browser: Browser, number: number) {
    this.#load = load
    this.#browser = browser
    this.#people = Array.from({ length: people }, (_, index) => person(number, index))
  }

  /** Runs the next person's visit, from sign-in to sign-out. Returns whether every request succeeded. */
  async visit({ faulty }: { readonly faulty: boolean }): Promise<boolean> {
    const { chance, judge, tally } = this.#load
    const me = this.#people[this.#turns++ % people] ?? person(0, 0)
    // The person before also ended their session at One Login.
    this.#browser.jar(this.#load.providerHost).clear()

    const account = await this.#goTo('/account', me, faulty)
    const here = this.#userAt(account)
    if (here === undefined) {
      judge((await this.#whoami()) === null, 'a user is signed in after a sign-in that failed')
      return false
    }
    judge(here !== null && isAccountOf(here, me), 'the page of an account shows another user')
    judge(here?.identity === undefined, 'an identity is there that nobody proved')

    let proven = false
    if (!faulty || chance(0.5)) {
      const page = this.#userAt(await this.#goTo('/identity', me, faulty))
      proven = page !== undefined
      if (page !== undefined)
        judge(page !== null && isIdentityOf(page, me), 'the page of an identity shows another person')
      const now = await this.#whoami()
      judge(now === null || isAccountOf(now, me), 'the user has become another one')
    }
    if (chance(0.3)) await this.#signedOutByProvider(me, faulty)
    await this.#signOut()
    judge((await this.#whoami()) === null, 'the user is still there after signing out')
    tally.visits++
    return proven
  }

  async #signOut(): Promise<void> {
    const { headers } = await this.#browser.send(`${this.#load.service}/sign-out`)
    // The user is already signed out here, even if One Login fails.
    if (headers.location !== undefined) await this.#browser.visit(headers.location).catch(() => undefined)
  }

  async #signedOutByProvider(me: SimulatorUser, faulty: boolean): Promise<void> {
    const { op, chance, judge, tally, pick } = this.#load
    const before = await this.#whoami()
    if (faulty && chance(0.2)) op.breakNext('logout-token', pick(simulatorFaults['logout-token']))
    const logouts = await op.signOut(me.sub)
    const delivered = logouts.some((logout) => logout.delivered)
    const after = await this.#whoami()
    tally.backChannelLogouts++
    if (delivered) judge(after === null, 'the user is still there after a back-channel logout')
    else judge(isDeepStrictEqual(after, before), 'a back-channel logout that was refused did something')
  }

  /** Returns the user that a page shows, or none if it shows an error, which is allowed after a fault. */
  #userAt({ host, status, body }: Ending): OneLoginUser | null | undefined {
    const { judge, tally, serviceHost } = this.#load
    if (host !== serviceHost) {
      tally.count(host === '' ? 'going round' : 'stuck at One Login')
      return undefined
    }
    const json = JSON.parse(body) as (OneLoginUser & { code?: string }) | null
    if (status === 200) return json
    const { code = 'unexpected' } = json ?? {}
    judge(code !== 'unexpected', `an error that is none of this package, with status ${status}`)
    tally.count(code)
    return undefined
  }

  async #whoami(): Promise<OneLoginUser | null> {
    const { status, body } = await this.#browser.send(`${this.#load.service}/whoami`)
    this.#load.judge(status === 200, `status ${status} where only the user gets an error`)
    return status === 200 ? (JSON.parse(body) as OneLoginUser | null) : null
  }

  /** Visits a page of the service, through One Login if the service redirects the browser there. */
  async #goTo(path: string, me: SimulatorUser, faulty: boolean): Promise<Ending> {
    const { service, providerHost, tally } = this.#load
    let address = service + path
    let form: string | undefined
    let signIns = 0
    for (let hops = 0; hops < 20; hops++) {
      const { host, pathname } = new URL(address)
      if (host === providerHost && pathname === '/authorize') {
        signIns++
        tally.signIns++
        if (faulty) this.#breakSomething(path)
      }
      // One Login signed the user out and in within one second, which its clock cannot distinguish.
      if (signIns > 2) return { host: '', status: 0, body: '' }
      const response = await this.#send(address, form, me)
      form = undefined
      if (response.location !== undefined) {
        address = new URL(response.location, address).href
        continue
      }
      const journey = host === providerHost && /name="journey" value="([^"]+)"/.exec(response.body)?.[1]
      if (!journey) return { host, status: response.status, body: response.body }
      address = new URL('/sign-in', address).href
      const who = path === '/identity' ? 'signed-in' : 'told'
      form = new URLSearchParams({ journey, user: who }).toString()
    }
    return { host: '', status: 0, body: '' }
  }

  async #send(address: string, form: string | undefined, me: SimulatorUser) {
    const { op, oneAtATime, providerHost } = this.#load
    const request = async () => {
      // Sets the user who signs in on the simulator's page.
      if (form !== undefined) op.respondWith({ user: me })
      const { status, headers, body } = await this.#browser.send(
        address,
        form === undefined ? {} : { method: 'POST', body: form },
      )
      return { status, location: headers.location, body }
    }
    try {
      return await (form === undefined ? request() : oneAtATime(request))
    } catch (error) {
      if (new URL(address).host !== providerHost) throw error
      return { status: 0, location: undefined, body: '' }
    }
  }

  /** Breaks one in 10 responses of One Login: the redirect, the token response or the userinfo response. */
  #breakSomething(path: string): void {
    const { op, chance, pick, tally } = this.#load
    const userinfo: FaultPlace = path === '/identity' && chance(0.5) ? 'core-identity' : 'userinfo'
    for (const place of ['authorize', chance(0.5) ? 'token' : 'id-token', userinfo] as const) {
      if (!chance(0.1)) continue
      // A browser waits as long as its user does.
      const faults: readonly string[] = simulatorFaults[place]
      const fault = pick(
        faults.filter((one) => place !== 'authorize' || !['hang', 'oversized'].includes(one)),
      )
      op.breakNext(place, fault as never, { seconds: 0.05 })
      tally.faults++
    }
  }
}

function person(user: number, index: number): SimulatorUser {
  const name = `user-${user}-${index}`
  return {
    sub: `urn:fdc:gov.uk:2022:${name}`,
    email: `${name}@example.com`,
    identity: {
      level: 'P2',
      names: [
        {
          nameParts: [
            { type: 'GivenName', value: `Person ${index}` },
            { type: 'FamilyName', value: `of ${name}` },
          ],
        },
      ],
      birthDates: [`${1950 + user}-01-${String(index + 1).padStart(2, '0')}`],
    },
  }
}

function isAccountOf({ sub, email }: OneLoginUser, me: SimulatorUser): boolean {
  return sub === me.sub && email === me.email
}

function isIdentityOf(user: OneLoginUser, me: SimulatorUser): boolean {
  const { identity } = user
  return (
    isAccountOf(user, me) &&
    identity?.proven === true &&
    identity.birthDate === me.identity?.birthDates[0] &&
    isDeepStrictEqual(identity.name.parts, me.identity.names[0]?.nameParts)
  )
}
