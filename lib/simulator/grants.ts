import { randomBytes } from 'node:crypto'
import type { SignIn } from './outcome.ts'
import type { AuthorizationRequest } from './authorization/received-request.ts'
import type { VirtualClock } from './simulated-clock.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { IdentityOutcome } from './identity-outcome.ts'

const codeLifetime = 300

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
  readonly #codes: ExpiringMap<Grant>
  readonly #accessTokens: ExpiringMap<Grant>

  constructor(clock: VirtualClock) {
    this.#codes = new ExpiringMap(clock, codeLifetime)
    this.#accessTokens = new ExpiringMap(clock, accessTokenLifetime)
  }

  /** A code for a grant. */
  issueCode(grant: Grant): string {
    const code = randomBytes(32).toString('base64url')
    this.#codes.set(code, grant)
    return code
  }

  /** What a code stands for. It is used up by this, whatever comes of it. */
  takeCode(code: string): Grant | undefined {
    return this.#codes.take(code)
  }

  /** Withdraws the code of a journey whose session has ended. */
  withdrawCode(sid: string): void {
    this.#codes.deleteWhere((grant) => grant.sid === sid)
  }

  /** Remembers what an access token stands for. */
  addAccessToken(token: string, grant: Grant): void {
    this.#accessTokens.set(token, grant)
  }

  /** What an access token stands for, while it lives. */
  findByAccessToken(token: string): Grant | undefined {
    return this.#accessTokens.get(token)
  }
}
