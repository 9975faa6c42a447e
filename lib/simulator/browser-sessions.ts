import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { VirtualClock } from './clock.ts'
import type { SimulatorUser } from './users.ts'

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
  /** When the user signed in, in seconds. */
  authTime?: number
  lastUse: number
}

/** The sessions of every browser that came by, found by a cookie. */
export class BrowserSessions {
  readonly #clock: VirtualClock
  readonly #cookie: string
  readonly #sessions = new Map<string, BrowserSession>()

  /**
   * @param clock the simulator's time
   * @param port part of the cookie's name, because cookies do not tell the ports of a host apart
   */
  constructor(clock: VirtualClock, port: number) {
    this.#clock = clock
    this.#cookie = `one-login-simulator-${port}`
  }

  /** Every live session. */
  get all(): readonly BrowserSession[] {
    for (const session of this.#sessions.values()) {
      if (this.#isOver(session)) this.#sessions.delete(session.id)
    }
    return [...this.#sessions.values()]
  }

  /** The live session of the browser that sent this request. */
  find(req: Request): BrowserSession | undefined {
    const prefix = `${this.#cookie}=`
    const cookies = req.headers.cookie?.split(';').map((cookie) => cookie.trim()) ?? []
    const id = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length)
    const session = this.#sessions.get(id ?? '')
    return session && !this.#isOver(session) ? session : undefined
  }

  /** Starts a session. */
  start(): BrowserSession {
    const id = randomBytes(20).toString('base64url')
    const session: BrowserSession = { id, journeys: [], lastUse: this.#clock.seconds() }
    this.#sessions.set(id, session)
    return session
  }

  /** Counts an interaction, and gives the browser the cookie. */
  touch(session: BrowserSession, res: Response): void {
    session.lastUse = this.#clock.seconds()
    res.append(
      'Set-Cookie',
      `${this.#cookie}=${session.id}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax`,
    )
  }

  /** Forgets a session. */
  end(session: BrowserSession): void {
    this.#sessions.delete(session.id)
  }

  #isOver(session: BrowserSession): boolean {
    return session.lastUse + lifetime <= this.#clock.seconds()
  }
}
