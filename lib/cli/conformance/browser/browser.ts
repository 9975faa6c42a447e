import { CookieJar, type Cookie } from './cookie-jar.ts'
import { pressed } from './form.ts'
import { call } from './http-call.ts'
import { isRefresh, redirectOf, type Hop, type Page } from './page.ts'

/** The settings of every browser in a run. */
export interface BrowserSettings {
  /** The longest time for one request, in milliseconds. */
  readonly timeout: number
  /** Stops the browser. */
  readonly signal: AbortSignal
  /** Headers to send to the service with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Texts of buttons and links to press on the way, each once in a visit. */
  readonly press: readonly string[]
  /** Whether the browser may go to an address. */
  readonly mayVisit: (url: URL) => boolean
  /** Whether an address belongs to the service, not to the simulator. */
  readonly isService: (url: URL) => boolean
  /** Called with every response of the service. */
  readonly onPage: (page: Omit<Page, 'trail'>) => void
}

/** One request. */
export interface PageRequest {
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly isCrossSite?: boolean
  /** Whether to send the request as a server would: without cookies and with only these headers. */
  readonly isServer?: boolean
}

interface Visit extends PageRequest {
  /** Stops before the first redirect to an address for which this returns true. */
  readonly stopAt?: (url: URL) => boolean
}

const longestTrail = 15
// Some services show the button to sign in with status 401.
const asksToPress: ReadonlySet<number> = new Set([200, 401])

/** A browser without JavaScript. It stores cookies, follows redirects and sends forms. */
export class Browser {
  readonly jar: CookieJar
  readonly #settings: BrowserSettings

  constructor(settings: BrowserSettings, jar = new CookieJar()) {
    this.#settings = settings
    this.jar = jar
  }

  /** Returns another browser with the current cookies of this one. */
  twin(...withoutCookies: readonly string[]): Browser {
    return new Browser(this.#settings, this.jar.copy(...withoutCookies))
  }

  /** Visits a page, follows its redirects and presses the configured buttons and links. */
  async visit(address: string, { stopAt, ...request }: Visit = {}): Promise<Page> {
    let page = await this.#follow(address, request, [], stopAt)
    const left = new Set(this.#settings.press)
    while (page.trail.length < longestTrail && asksToPress.has(page.status)) {
      const press = [...left].map((text) => ({ text, next: pressed(page, text) })).find(({ next }) => next)
      if (!press?.next || !this.#isService(page.url)) break
      left.delete(press.text)
      const { url, ...form } = press.next
      page = await this.#follow(url, form, page.trail, stopAt)
    }
    return page
  }

  /** Sends one request without following redirects. */
  async get(address: string, request: PageRequest = {}): Promise<Page> {
    const page = await this.#send(new URL(address), request)
    return { ...page, trail: [hopOf(page)] }
  }

  async #follow(
    address: string,
    request: PageRequest,
    before: readonly Hop[],
    stopAt: Visit['stopAt'],
  ): Promise<Page> {
    const trail = [...before]
    let isCrossSite = request.isCrossSite ?? false
    let page = await this.#send(new URL(address), request)
    trail.push(hopOf(page))
    for (;;) {
      const next = redirectOf(page)
      if (next === undefined || trail.length >= longestTrail) break
      const url = new URL(next)
      if (!this.#settings.mayVisit(url) || stopAt?.(url) === true) break
      // A user who comes back from One Login has pressed a button on another site.
      if (!this.#settings.isService(url)) isCrossSite = true
      else if (isRefresh(page)) isCrossSite = false
      page = await this.#send(url, { isCrossSite })
      trail.push(hopOf(page))
    }
    return { ...page, trail }
  }

  /** Stores a cookie as if the service had set it. */
  setCookie(url: URL, cookie: string): void {
    this.jar.store(this.#hostOf(url), url, cookie)
  }

  /** Returns the cookies of the service. */
  cookies(url: URL): readonly Cookie[] {
    return this.jar.cookies(this.#hostOf(url))
  }

  /** A browser sends the cookies of a host to all of its ports, but the simulator must not get those of the service. */
  #hostOf(url: URL): string {
    return this.#settings.isService(url) ? url.hostname : url.host
  }

  #isService(url: string): boolean {
    return this.#settings.isService(new URL(url))
  }

  async #send(url: URL, request: PageRequest): Promise<Omit<Page, 'trail'>> {
    const { method = 'GET', body } = request
    const isService = this.#settings.isService(url)
    const headers = {
      ...(request.isServer !== true && this.#browserHeaders(url, request, isService)),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(isService && this.#settings.headers),
      ...request.headers,
    }
    const { timeout, signal } = this.#settings
    const page = await call(url, { method, headers, timeout, signal }, body)
    for (const line of page.headers['set-cookie'] ?? []) this.jar.store(this.#hostOf(url), url, line)
    if (isService) this.#settings.onPage(page)
    return page
  }

  #browserHeaders(url: URL, { method, isCrossSite = false }: PageRequest, isService: boolean) {
    const isPost = method === 'POST'
    const cookie = this.jar.header(this.#hostOf(url), url, isCrossSite && isService)
    return {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'accept-language': 'en-GB,en;q=0.9',
      'user-agent': 'Mozilla/5.0 (passport-govuk-one-login conformance)',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': isCrossSite ? 'cross-site' : isPost ? 'same-origin' : 'none',
      ...(cookie !== '' && { cookie }),
      ...(isPost && !isCrossSite && { origin: url.origin }),
    }
  }
}

const hopOf = ({ method, url, status }: Hop): Hop => ({ method, url, status })
