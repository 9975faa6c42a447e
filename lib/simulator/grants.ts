import { randomBytes } from 'node:crypto'
import type { SignIn } from './outcome.ts'
import type { AuthorizationRequest } from './authorization/received-request.ts'
import type { VirtualClock } from './simulated-clock.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { IdentityOutcome } from './identity-outcome.ts'

const codeLifetime = 300

/** How long an access token is valid, in seconds. */
export const accessTokenLifetime = 180

/** What an authorization code grants, and the access token that it is exchanged for. */
export interface Grant {
  readonly request: AuthorizationRequest
  readonly signIn: SignIn
  readonly identity: IdentityOutcome | undefined
  readonly sid: string
  readonly authTime: number
}

/** The codes and access tokens that have been issued. */
export class Grants {
  readonly #codes: ExpiringMap<Grant>
  readonly #accessTokens: ExpiringMap<Grant>

  constructor(clock: VirtualClock) {
    this.#codes = new ExpiringMap(clock, codeLifetime)
    this.#accessTokens = new ExpiringMap(clock, accessTokenLifetime)
  }

  /** Issues a code for a grant. */
  issueCode(grant: Grant): string {
    const code = randomBytes(32).toString('base64url')
    this.#codes.set(code, grant)
    return code
  }

  /** Returns the grant of a code. The code is then used up, whatever the caller does with it. */
  redeemCode(code: string): Grant | undefined {
    return this.#codes.remove(code)
  }

  /** Withdraws the code of a journey whose session has ended. */
  withdrawCode(sid: string): void {
    this.#codes.deleteWhere((grant) => grant.sid === sid)
  }

  /** Stores the grant of an access token. */
  addAccessToken(token: string, grant: Grant): void {
    this.#accessTokens.set(token, grant)
  }

  /** Returns the grant of an access token that has not expired. */
  findByAccessToken(token: string): Grant | undefined {
    return this.#accessTokens.get(token)
  }
}
