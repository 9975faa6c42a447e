import { OneLoginError } from '../errors.ts'
import type { HttpResponse } from './http-response.ts'
import type { Http } from './http.ts'

const usualFreshness = 300
const longestFreshness = 86_400
/** Seconds before the next download, after a refresh failed or a refreshed document did not hold what was looked up. */
const pause = 30
/** Seconds in which requests fail without a download, if 2 downloads in a row failed and there is no copy. */
const pauseWithoutCopy = 1

/** Receives the result of each download, for metrics. */
export interface DocumentObserver {
  refreshed?(url: string): void
  refreshFailed?(url: string, error: OneLoginError): void
}

/** Where a {@link CachedDocument} comes from and how it is read. */
export interface DocumentSource<Content> {
  readonly http: Http
  /** The name of the document in messages. */
  readonly name: string
  /** The address of the document. Called before each download. */
  readonly url: () => string | Promise<string>
  /** Turns the JSON into usable content. Throws if it cannot be used. */
  readonly parse: (json: unknown) => Content | Promise<Content>
  readonly observer?: DocumentObserver | undefined
}

/**
 * A document from One Login, stored for as long as its `Cache-Control` allows. Concurrent callers share one download.
 * The document is refreshed shortly before it expires, while requests go on. If the refresh fails, the last good copy
 * is used, because One Login asks services to trust it until a refresh succeeds.
 *
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/#cache-the-did-document
 */
export class CachedDocument<Content> {
  readonly #source: DocumentSource<Content>
  #copy: { content: Content; loadedAt: number; refreshAt: number; expiresAt: number } | undefined
  #download: Promise<Content> | undefined
  #quietSince = 0
  #quietUntil = 0
  #lastFailure: OneLoginError | undefined
  #failures = 0

  constructor(source: DocumentSource<Content>) {
    this.#source = source
  }

  /**
   * Returns a fresh copy, or during an outage the last good one. If there is no copy and 2 downloads in a row failed,
   * it fails for a second without another download, so that waiting users do not add to an outage.
   *
   * @throws OneLoginError if there is no copy and the download fails
   */
  async get(): Promise<Content> {
    const copy = this.#copy
    const now = Date.now()
    const isQuiet = this.#isQuiet(now) && !this.#download
    if (!copy) {
      if (isQuiet && this.#lastFailure) throw this.#lastFailure
      return this.#refresh()
    }
    if ((now < copy.refreshAt && now >= copy.loadedAt) || isQuiet) return copy.content
    const refreshed = this.#refresh().catch(() => copy.content)
    return now < copy.expiresAt ? copy.content : refreshed
  }

  /**
   * Downloads the document in the background, if there is no copy. Never rejects. A caller of `get()` shares the download,
   * so that nobody waits longer than for a new one.
   *
   * @returns whether there is a copy now
   */
  async warmUp(): Promise<boolean> {
    if (!this.#copy) await this.#refresh(true).catch(() => undefined)
    return this.#copy !== undefined
  }

  /**
   * Returns the document after a caller looked up something that it does not hold. Downloads it once more, then waits
   * before the next download, so that an attacker cannot cause endless downloads with invented key IDs.
   */
  async getAfterMiss(): Promise<Content> {
    if (!this.#download && this.#isQuiet(Date.now())) return this.get()
    const known = this.#copy
    const download = this.#refresh()
    this.#beQuietFor(pause)
    return known ? download.catch(() => known.content) : download
  }

  // A clock that was put back makes no pause and no copy last longer.
  #isQuiet(now: number): boolean {
    return now >= this.#quietSince && now < this.#quietUntil
  }

  #beQuietFor(seconds: number): void {
    this.#quietSince = Date.now()
    this.#quietUntil = this.#quietSince + seconds * 1000
  }

  async #refresh(isBackground = false): Promise<Content> {
    this.#download ??= this.#load(isBackground)
      .catch((error: unknown) => {
        // The first sign-in after a failure in the background tries again at once.
        if (isBackground) throw error
        this.#lastFailure = error as OneLoginError
        this.#failures += 1
        const first = this.#failures > 1 ? pauseWithoutCopy : 0
        this.#beQuietFor(this.#copy ? pause : first)
        throw error
      })
      .finally(() => {
        this.#download = undefined
      })
    return this.#download
  }

  async #load(isBackground: boolean): Promise<Content> {
    const { http, name, observer } = this.#source
    let url = name
    try {
      url = await this.#source.url()
      const response = await http(url, { headers: { accept: 'application/json' }, isBackground })
      if (response.status !== 200)
        throw new OneLoginError(
          response.status >= 500 || response.status === 429
            ? 'provider_unreachable'
            : 'provider_document_unusable',
          `Could not download One Login's ${name}: ${url} returned status ${response.status}.`,
        )
      const content = await this.#parse(await response.text(), url)
      const seconds = freshness(response.headers)
      const now = Date.now()
      this.#copy = { content, loadedAt: now, expiresAt: now + seconds * 1000, refreshAt: now + seconds * 900 }
      observer?.refreshed?.(url)
      return content
    } catch (error) {
      observer?.refreshFailed?.(url, error as OneLoginError)
      throw error
    }
  }

  async #parse(body: string, url: string): Promise<Content> {
    const { name, parse } = this.#source
    try {
      return await parse(JSON.parse(body))
    } catch (cause) {
      const reason = cause instanceof SyntaxError ? 'it is not JSON' : (cause as Error).message
      throw new OneLoginError(
        'provider_document_unusable',
        `One Login's ${name} at ${url} is not valid: ${reason}.`,
      )
    }
  }
}

function freshness(headers: HttpResponse['headers']): number {
  const directives = headers.get('cache-control')?.toLowerCase() ?? ''
  if (/\bno-(?:store|cache)\b/.test(directives)) return 0
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,10})/.exec(directives)?.[1]
  if (maxAge === undefined) return usualFreshness
  const age = Number(headers.get('age') ?? 0)
  return Math.min(
    Math.max(Number(maxAge) - (Number.isFinite(age) ? Math.max(age, 0) : 0), 0),
    longestFreshness,
  )
}
