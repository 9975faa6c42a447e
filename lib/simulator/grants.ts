import { randomBytes } from 'node:crypto'
import type { SignIn } from './answers.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { VirtualClock } from './clock.ts'
import type { IdentityOutcome } from './identity-outcome.ts'

/** Seconds that an authorization code lives. */
export const codeLifetime = 300

/** Seconds that an access token lives. */
export const accessTokenLifetime = 180

/** What an authorization code, and the access token it is exchanged for, stand for. */
export interface Grant {
  readonly request: AuthorizationRequest
  readonly signIn: SignIn
  readonly identity: IdentityOutcome | undefined
  readonly sid: string
  readonly authTime: number
}

/** Codes and access tokens that are out. */
export class Grants {
  readonly #clock: VirtualClock
  readonly #codes = new Map<string, { grant: Grant; until: number }>()
  readonly #tokens = new Map<string, { grant: Grant; until: number }>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  /** A code for a grant. */
  issueCode(grant: Grant): string {
    return this.#issue(this.#codes, grant, codeLifetime)
  }

  /** What a code stands for. It is used up by this, whatever comes of it. */
  takeCode(code: string): Grant | undefined {
    const entry = this.#codes.get(code)
    this.#codes.delete(code)
    return entry && entry.until > this.#clock.now() ? entry.grant : undefined
  }

  /** Withdraws the codes of a journey whose session has ended. */
  withdrawCodes(sid: string): void {
    for (const [code, { grant }] of this.#codes) if (grant.sid === sid) this.#codes.delete(code)
  }

  /** An access token for a grant. */
  issueAccessToken(grant: Grant): string {
    return this.#issue(this.#tokens, grant, accessTokenLifetime)
  }

  /** What an access token stands for, while it lives. */
  findByAccessToken(token: string): Grant | undefined {
    const entry = this.#tokens.get(token)
    return entry && entry.until > this.#clock.now() ? entry.grant : undefined
  }

  #issue(store: Map<string, { grant: Grant; until: number }>, grant: Grant, seconds: number): string {
    const value = randomBytes(32).toString('base64url')
    store.set(value, { grant, until: this.#clock.now() + seconds * 1000 })
    return value
  }
}
