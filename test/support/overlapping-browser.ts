import type { RequestListener } from 'node:http'
import { sendInProcess, type InProcessResponse } from './in-process.ts'

/** Numbers all events of a schedule in order. */
let lastEvent = 0
const nextEvent = () => ++lastEvent

/** A request, with the events at which it began and ended. */
export interface Exchange extends InProcessResponse {
  readonly path: string
  readonly start: number
  readonly end: number
  /** The session cookie that it sent. */
  readonly session: string | undefined
  /** The time between the browser's last request and this one, in milliseconds. */
  readonly idleFor: number
}

/** A sign-in that is waiting in a tab. */
export interface WaitingTab {
  readonly state: string
  readonly page: string
  /** The name of the cookie with its secret. */
  readonly cookie: string
  /** The user that the service had signed in when the sign-in began. */
  readonly startedBy: string | undefined
  readonly began: { readonly start: number; readonly end: number }
  readonly at: number
  /** The era of the browser in which the sign-in began. Undefined if the era changed before it had begun. */
  readonly era: number | undefined
  /** True if the user who started it has certainly signed out. */
  isDead: boolean
}

/** A callback that signed its user in. */
export interface Success {
  readonly who: string
  readonly tab: WaitingTab
  readonly start: number
  readonly end: number
  /** Milliseconds since 1970. */
  readonly at: number
}

interface Interval {
  readonly start: number
  readonly end: number
}

/** A browser with several requests at the same time, and what the model knows about it. */
export class OverlappingBrowser {
  readonly #app: RequestListener
  readonly cookies = new Map<string, string>()
  tabs: WaitingTab[] = []
  /** Tabs whose callback is running. */
  readonly finishing = new Set<WaitingTab>()
  begun = 0
  readonly successes: Success[] = []
  /** Users whose callbacks have been sent, with any result. */
  readonly tried = new Set<string>()
  readonly signOuts: Interval[] = []
  /** Callbacks that ended the session of another user. */
  readonly mismatches: Interval[] = []
  readonly staffLogIns: Interval[] = []
  /** The session cookies of users who signed out. */
  readonly signedOutSessions: string[] = []
  /** Counts the events that may have ended the session of the signed-in user, other than their own sign-out. */
  era = 0
  /** When the last request ended or began. Milliseconds since 1970. */
  activeAt = Date.now()

  constructor(app: RequestListener) {
    this.#app = app
  }

  get session(): string | undefined {
    return this.cookies.get('connect.sid')
  }

  /** Sends a request with the current cookies, and stores those of the response. */
  async send(path: string, how: { session?: string; staysInEra?: boolean; isFetch?: boolean } = {}) {
    const start = nextEvent()
    const idleFor = Date.now() - this.activeAt
    this.activeAt = Date.now()
    const session = how.session ?? this.session
    const cookies = new Map(this.cookies)
    if (session !== undefined) cookies.set('connect.sid', session)
    const response = await sendInProcess(this.#app, path, {
      accept: how.isFetch ? 'application/json' : 'text/html',
      ...(how.isFetch && { 'sec-fetch-mode': 'cors' }),
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    })
    if (how.session === undefined) {
      for (const line of response.cookies) this.#storeCookie(line)
      const isReplaced = response.cookies.some((line) => line.startsWith('connect.sid='))
      if (isReplaced && !how.staysInEra) this.era++
    }
    this.activeAt = Date.now()
    return { ...response, path, start, end: nextEvent(), session, idleFor } satisfies Exchange
  }

  #storeCookie(line: string): void {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** Whether two requests ran at the same time. */
export function overlaps(first: Interval, second: Interval): boolean {
  return first.start < second.end && second.start < first.end
}
