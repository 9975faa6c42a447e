import { randomBytes } from 'node:crypto'
import type { VirtualClock } from './simulated-clock.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { ReadyUserName } from './users/ready-users.ts'
import type { SimulatorUser } from './users/simulator-user.ts'

const lifetime = 60 * 60

/** One authorization request of a session. One Login calls it a journey, and its ID is `sid` in the ID token. */
export interface Journey {
  readonly sid: string
  readonly clientId: string
  /** The user who signed in. Not set before that. */
  sub?: string
}

/** One Login's session with a browser. It ends an hour after the last authorization request. */
export interface BrowserSession {
  readonly id: string
  readonly journeys: Journey[]
  user?: SimulatorUser
  /** The ready user that `/choose` set for this browser. */
  chosen?: ReadyUserName
  /** When the user signed in, in seconds since 1970. */
  authTime?: number
}

/** The sessions of all browsers, found by a cookie. */
export class BrowserSessions {
  readonly #cookie: string
  readonly #sessions: ExpiringMap<BrowserSession>

  /**
   * @param clock the simulator's clock
   * @param host the host and port of the simulator. Cookies do not distinguish the ports of a host, so the cookie's
   * name does
   */
  constructor(clock: VirtualClock, host: string) {
    this.#cookie = `one-login-simulator-${host.replace(/\W/g, '-')}`
    this.#sessions = new ExpiringMap(clock, lifetime)
  }

  /** Returns the session that a `Cookie` header names, if it has not ended. */
  find(cookies: string | undefined): BrowserSession | undefined {
    const prefix = `${this.#cookie}=`
    const cookie = cookies?.split(/; */).find((pair) => pair.startsWith(prefix))
    return cookie === undefined ? undefined : this.#sessions.get(cookie.slice(prefix.length))
  }

  /** Returns the sessions in which this user is signed in. */
  of(sub: string): BrowserSession[] {
    return this.#sessions.values().filter((session) => session.user?.sub === sub)
  }

  /** Starts a session. */
  start(): BrowserSession {
    const session = { id: randomBytes(20).toString('base64url'), journeys: [] }
    this.#sessions.set(session.id, session)
    return session
  }

  /** Records an interaction. Returns the `Set-Cookie` header for the browser. */
  renew(session: BrowserSession): string {
    this.#sessions.set(session.id, session)
    return `${this.#cookie}=${session.id}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax`
  }

  end(session: BrowserSession): void {
    this.#sessions.remove(session.id)
  }
}
