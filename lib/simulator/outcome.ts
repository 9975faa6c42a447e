import type { LevelOfConfidence } from './authorization/requested-vectors.ts'
import { isReadyUserName, readyUser, readyUserNames, type ReadyUserName } from './users/ready-users.ts'
import type { SimulatorUser } from './users/simulator-user.ts'

/**
 * The simulator's response to a sign-in.
 *
 * @example
 * ```ts
 * op.respondWith({ user: 'family-name-first', level: 'P0', returnCodes: ['A'] })
 * ```
 */
export interface SimulatorResponse {
  /** The user who signs in: a ready user, or your own. Default: `typical`. */
  readonly user?: ReadyUserName | SimulatorUser
  /** The level of confidence that the identity check reaches. Default: the user's. */
  readonly level?: LevelOfConfidence
  /** Claims that replace the user's in the userinfo response, by their full names. `undefined` leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /**
   * Claims that replace the user's in the core identity, for example `{ vot: 'P1' }`. `undefined` leaves a claim out.
   */
  readonly coreIdentity?: Readonly<Record<string, unknown>>
  /**
   * Return codes of the identity check. Default: the user's, or `A` if the user has none and does not reach the
   * level. If the list is empty and the user does not reach the level, the simulator returns `access_denied`.
   */
  readonly returnCodes?: readonly string[]
  /**
   * `'pending'` sends users who request an identity to prove it in person. The browser does not come back to the
   * service. Later identity requests of the user end in the same way, for 16 days or until `completeInPerson()`.
   */
  readonly inPerson?: 'pending'
  /** An error that `/authorize` returns instead of a code. */
  readonly error?: SimulatorError
}

/** An error in the redirect to the service. */
export interface SimulatorError {
  /** The OAuth error code, for example `access_denied`. */
  readonly error: string
  /** The description of the error. */
  readonly error_description?: string
}

/** The choices at sign-in that stay with the journey: the user, the level and the return codes. */
export interface SignIn {
  readonly user: SimulatorUser
  readonly level: LevelOfConfidence
  readonly returnCodes: readonly string[] | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly coreIdentity: Readonly<Record<string, unknown>>
}

/** Rejects a response with an unknown user. */
export function checkResponse({ user }: SimulatorResponse): void {
  if (typeof user !== 'string' || isReadyUserName(user)) return
  throw new TypeError(`Unknown ready user '${String(user)}'. Use one of ${readyUserNames.join(', ')}`)
}

/** Fills in what a response leaves out from its user. */
export function settle(response: SimulatorResponse): SignIn {
  const { user: named = 'typical' } = response
  const user = typeof named === 'string' ? readyUser(named) : named
  return {
    user,
    level: response.level ?? user.identity?.level ?? 'P0',
    returnCodes: response.returnCodes ?? user.returnCodes,
    claims: response.claims ?? {},
    coreIdentity: response.coreIdentity ?? {},
  }
}
