import {
  readyUser,
  type ReadyUserName,
  type RecordedRequest,
  type Simulator,
  type SimulatorResponse,
  type SimulatorUser,
} from '../../simulator/index.ts'
import { isAllowed } from './allowed-hosts.ts'
import { Browser } from './browser/browser.ts'
import type { Page } from './browser/page.ts'
import type { PageMarker } from './page-marker.ts'
import type { AskedFor } from './registration.ts'
import type { Results } from './results.ts'
import type { ServiceProcess } from './service-process.ts'
import type { Settings } from './settings.ts'
import { showsStackTrace } from './stack-trace.ts'

/** The service has stopped and cannot be started again. */
export class ServiceGone extends Error {
  override readonly name = 'ServiceGone'
}

/** How One Login responds for a user, and what differs from the ready user. */
interface UserResponse extends Omit<SimulatorResponse, 'user'> {
  readonly change?: Partial<SimulatorUser>
}

/** The parts of a run. */
export type RunParts = Pick<Run, 'op' | 'results' | 'service' | 'signal'>

/** One run: the service, the simulator in the place of One Login, and what the run has found out about both. */
export class Run {
  readonly settings: Settings
  readonly op: Simulator
  readonly results: Results
  readonly service: ServiceProcess | undefined
  /** Stops the run. */
  readonly signal: AbortSignal
  /** What the sign-in requests, once it is known. */
  signInRequest: AskedFor | undefined
  /** What the identity page requests, once it is known. */
  identityRequest: AskedFor | undefined
  /** How to recognise the page of a signed-in user, once it is known. */
  pageMarker: Pick<PageMarker, 'matches'> | undefined
  /** How to recognise the page of a user with a proven identity, once it is known. */
  identityMarker: Pick<PageMarker, 'matches'> | undefined
  /** Why nothing about identities can be observed, if so. */
  whyNoIdentity = 'The identity page was not reached.'
  /** Paths of the service that showed a stack trace. */
  readonly stackTraces = new Set<string>()
  /** Whether the service stopped and cannot be started again. */
  isGone = false
  #users = 0
  #mayFollow: readonly string[]

  constructor(settings: Settings, { op, results, service, signal }: RunParts) {
    this.settings = settings
    this.op = op
    this.results = results
    this.service = service
    this.signal = signal
    const { page, identityPage, identityStart, signOut } = settings
    this.#mayFollow = [page, identityPage, identityStart, signOut].flatMap((url) => (url ? [url.host] : []))
  }

  /**
   * Allows browsers to follow redirects to another host of the service, such as the host of the redirect URI.
   *
   * @returns whether that host is this machine or allowed
   */
  trust(address: string): boolean {
    const url = new URL(address)
    const mayCall = isAllowed(url, this.settings.allowedHosts)
    if (mayCall) this.#mayFollow = [...this.#mayFollow, url.host]
    return mayCall
  }

  /** Returns a new browser. */
  newBrowser(): Browser {
    const { timeout, headers, press, cookies, page } = this.settings
    const browser = new Browser({
      timeout,
      signal: this.signal,
      headers,
      press,
      mayVisit: (url) => this.isOneLogin(url) || this.#mayFollow.includes(url.host),
      isService: (url) => !this.isOneLogin(url),
      onPage: (seen) => this.#inspect(seen),
    })
    for (const cookie of cookies) browser.setCookie(page, `${cookie}; Path=/`)
    return browser
  }

  /** Whether an address belongs to the simulator. */
  isOneLogin(url: URL): boolean {
    return url.origin === new URL(this.op.url).origin
  }

  /** Makes a new user sign in from now on. */
  newUser(like: ReadyUserName = 'typical', response: UserResponse = {}): SimulatorUser {
    this.#users += 1
    const sub = `urn:fdc:gov.uk:2022:conformance-${process.pid}-${Date.now()}-${this.#users}`
    const { change, ...rest } = response
    const user = { ...readyUser(like), ...change, sub, email: `conformance-${this.#users}@example.com` }
    this.op.respondWith({ user, ...rest })
    return user
  }

  /** Makes a user sign in again. */
  signInAgain(user: SimulatorUser): void {
    this.op.respondWith({ user })
  }

  /** Runs an action and returns the requests that reached the simulator during it. */
  async requestsDuring(action: () => Promise<unknown>): Promise<readonly RecordedRequest[]> {
    const before = this.op.requestCount
    await action()
    const made = this.op.requestCount - before
    return made === 0 ? [] : this.op.requests.slice(-made)
  }

  /**
   * Ends the run if the service has stopped.
   *
   * @throws ServiceGone
   */
  checkAlive(): void {
    if (this.isGone) throw new ServiceGone('The service has stopped and no longer responds.')
  }

  #inspect(page: Omit<Page, 'trail'>): void {
    if (page.status === 429) this.results.meetLimit()
    if (showsStackTrace(page.body)) this.stackTraces.add(new URL(page.url).pathname)
  }
}
