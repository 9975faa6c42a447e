import type { AuthorizationRequest } from './authorization-request.ts'
import type { BrowserSession, Journey } from './browser-sessions.ts'

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

/** Sign-ins that wait for the page to be answered. */
export class PendingSignIns {
  readonly #pending = new Map<string, PendingSignIn>()

  /** Keeps one until its page is answered. */
  add(signIn: PendingSignIn): void {
    this.#pending.set(signIn.journey.sid, signIn)
  }

  /** Takes one out. */
  take(sid: string): PendingSignIn | undefined {
    const signIn = this.#pending.get(sid)
    this.#pending.delete(sid)
    return signIn
  }
}
