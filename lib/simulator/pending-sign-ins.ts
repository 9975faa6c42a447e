import type { AuthorizationRequest } from './authorization/received-request.ts'
import type { BrowserSession, Journey } from './browser-sessions.ts'
import type { VirtualClock } from './simulated-clock.ts'
import { ExpiringMap } from './expiring-map.ts'

const lifetime = 60 * 60

/** A checked authorization request that waits on One Login's pages. */
export interface PendingSignIn {
  readonly request: AuthorizationRequest
  readonly session: BrowserSession
  readonly journey: Journey
  /** The user who must sign in again, if this is a re-authentication. */
  readonly reauthenticate?: string
  /** The session that `max_age` found too old. It ends if another user signs in. */
  readonly previous?: BrowserSession
}

/** The sign-ins that wait for the page to be submitted. */
export class PendingSignIns {
  readonly #pending: ExpiringMap<PendingSignIn>

  constructor(clock: VirtualClock) {
    this.#pending = new ExpiringMap(clock, lifetime)
  }

  add(signIn: PendingSignIn): void {
    this.#pending.set(signIn.journey.sid, signIn)
  }

  remove(sid: string): PendingSignIn | undefined {
    return this.#pending.remove(sid)
  }
}
