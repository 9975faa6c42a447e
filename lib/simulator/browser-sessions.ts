import { randomBytes } from 'node:crypto'
import type { VirtualClock } from './simulated-clock.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { ReadyUserName } from './users/ready-users.ts'
import type { SimulatorUser } from './users/simulator-user.ts'

const lifetime = 60 * 60

/** One authorization request of a session: what One Login calls a journey, and `sid` in the ID token. */
export interface Journey {
  readonly sid: string
  readonly clientId: string
  /** Who signed in. Missing until they have. */
  sub?: string
}

/** The provider's session with a browser. It lives an hour from the last authorization request. */
export interface BrowserSession {
  readonly id: string
  readonly journeys: Journey[]
  user?: SimulatorUser
  /** The ready user that `/choose` set for this browser. */
  chosen?: ReadyUserName
  /** When the user signed in, in seconds. */
  authTime?: number
}

/** The sessions of every browser that came by, found by a cookie. */
export class BrowserSessions {
  readonly #cookie: string
  readonly #sessions: ExpiringMap<BrowserSession>

  /**
   * @param clock the simulator's time
   * @param host where the provider is, with its port: cookies do not tell the ports of a host apart, so their name does
   */
  constructor(clock: VirtualClock, host: string) {
    this.#cookie = `one-login-simulator-${host.replace(/\W/g, '-')}`
    this.#sessions = new ExpiringMap(clock, lifetime)
  }

  /** The live session that a `Cookie` header names. */
  find(cookies: string | undefined): BrowserSession | undefined {
    const prefix = `${this.#cookie}=`
    const cookie = cookies?.split(/; */).find((pair) => pair.startsWith(prefix))
    return cookie === undefined ? undefined : this.#sessions.get(cookie.slice(prefix.length))
  }

  /** The live sessions in which this user is signed in. */
  of(sub: string): BrowserSession[] {
    return this.#sessions.values().filter((session) => session.user?.sub === sub)
  }

  /** Starts a session. */
  start(): BrowserSession {
    const session = { id: randomBytes(20).toString('base64url'), journeys: [] }
    this.#sessions.set(session.id, session)
    return session
  }

  /** Counts an interaction; gives the `Set-Cookie` header that the browser needs. */
  renew(session: BrowserSession): string {
    this.#sessions.set(session.id, session)
    return `${this.#cookie}=${session.id}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax`
  }

  /** Forgets a session. */
  end(session: BrowserSession): void {
    this.#sessions.take(session.id)
  }
}
