import type { AuthorizationRequest } from './authorization/received-request.ts'
import type { BrowserSession, Journey } from './browser-sessions.ts'
import type { VirtualClock } from './simulated-clock.ts'
import { ExpiringMap } from './expiring-map.ts'

const lifetime = 60 * 60

/** A checked authorization request on its way through the provider's pages. */
export interface PendingSignIn {
  readonly request: AuthorizationRequest
  readonly session: BrowserSession
  readonly journey: Journey
  /** The user that has to sign in again, when this is a re-authentication. */
  readonly reauthenticate?: string
  /** The session that `max_age` found too old; it ends when someone else signs in. */
  readonly previous?: BrowserSession
}

/** Sign-ins that wait for the page to be submitted. */
export class PendingSignIns {
  readonly #pending: ExpiringMap<PendingSignIn>

  constructor(clock: VirtualClock) {
    this.#pending = new ExpiringMap(clock, lifetime)
  }

  /** Keeps one until its page is submitted. */
  add(signIn: PendingSignIn): void {
    this.#pending.set(signIn.journey.sid, signIn)
  }

  /** Takes one out. */
  take(sid: string): PendingSignIn | undefined {
    return this.#pending.take(sid)
  }
}
