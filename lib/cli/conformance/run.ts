import {
  readyUser,
  type ReadyUserName,
  type RecordedRequest,
  type Simulator,
  type SimulatorResponse,
  type SimulatorUser,
} from '../../simulator/index.ts'
import { Browser } from './browser/browser.ts'
import type { Page } from './browser/page.ts'
import type { PageMarker } from './page-marker.ts'
import type { AskedFor } from './registration.ts'
import type { Results } from './results.ts'
import type { ServiceProcess } from './service-process.ts'
import type { Settings } from './settings.ts'
import { showsStackTrace } from './stack-trace.ts'

/** The service does not run any more, and cannot be started again. */
export class ServiceGone extends Error {
  override readonly name = 'ServiceGone'
}

/** One run: the service, the simulator that plays One Login, and what is known of both. */
export class Run {
  readonly settings: Settings
  readonly op: Simulator
  readonly results: Results
  readonly service: ServiceProcess | undefined
  /** What the sign-in asks for, once that is known. */
  signInRequest: AskedFor | undefined
  /** What the identity page asks for, once that is known. */
  identityRequest: AskedFor | undefined
  /** How the page of a signed-in user is told, once that is known. */
  pageMarker: Pick<PageMarker, 'matches'> | undefined
  /** How the page of a proven user is told, once that is known. */
  identityMarker: Pick<PageMarker, 'matches'> | undefined
  /** Why nothing about identities can be observed, if it is so. */
  whyNoIdentity = 'The identity page was not reached.'
  /** Paths of the service that showed a stack trace. */
  readonly stackTraces = new Set<string>()
  /** Whether the service stopped and cannot be started again. */
  isGone = false
  #users = 0
  #mayFollow: readonly string[]

  constructor(settings: Settings, op: Simulator, results: Results, service: ServiceProcess | undefined) {
    this.settings = settings
    this.op = op
    this.results = results
    this.service = service
    const { page, identityPage, identityStart, signOut } = settings
    this.#mayFollow = [page, identityPage, identityStart, signOut].flatMap((url) => (url ? [url.host] : []))
  }

  /** Lets browsers follow redirects to another host of the service, such as that of the redirect URI. */
  trust(url: string): void {
    this.#mayFollow = [...this.#mayFollow, new URL(url).host]
  }

  /** A browser that was never used. */
  newBrowser(): Browser {
    const { timeout, headers, press, cookies, page } = this.settings
    const browser = new Browser({
      timeout,
      headers,
      press,
      mayVisit: (url) => this.isOneLogin(url) || this.#mayFollow.includes(url.host),
      isService: (url) => !this.isOneLogin(url),
      onPage: (seen) => this.#inspect(seen),
    })
    for (const cookie of cookies) browser.jar.store(page, cookie)
    return browser
  }

  /** Whether an address is one of the simulator. */
  isOneLogin(url: URL): boolean {
    return url.origin === new URL(this.op.url).origin
  }

  /** Lets a user who never signed in before sign in from now on. */
  newUser(like: ReadyUserName = 'typical', answer: Omit<SimulatorResponse, 'user'> = {}): SimulatorUser {
    this.#users += 1
    const sub = `urn:fdc:gov.uk:2022:conformance-${process.pid}-${Date.now()}-${this.#users}`
    const user = { ...readyUser(like), sub, email: `conformance-${this.#users}@example.com` }
    this.op.respondWith({ user, ...answer })
    return user
  }

  /** Lets a user sign in again. */
  signInAgain(user: SimulatorUser): void {
    this.op.respondWith({ user })
  }

  /** Does something, and gives the requests that reached the simulator meanwhile. */
  async requestsDuring(action: () => Promise<unknown>): Promise<readonly RecordedRequest[]> {
    const before = this.op.requestCount
    await action()
    const made = this.op.requestCount - before
    return made === 0 ? [] : this.op.requests.slice(-made)
  }

  /**
   * Ends the run if there is no service any more.
   *
   * @throws ServiceGone
   */
  checkAlive(): void {
    if (this.isGone) throw new ServiceGone('The service stopped and does not respond any more.')
  }

  #inspect(page: Omit<Page, 'trail'>): void {
    if (showsStackTrace(page.body)) this.stackTraces.add(new URL(page.url).pathname)
  }
}
