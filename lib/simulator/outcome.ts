import type { LevelOfConfidence } from './authorization/requested-vectors.ts'
import { isReadyUserName, readyUser, readyUserNames, type ReadyUserName } from './users/ready-users.ts'
import type { SimulatorUser } from './users/simulator-user.ts'

/**
 * What the simulator responds with.
 *
 * @example
 * ```ts
 * op.respondWith({ user: 'family-name-first', level: 'P0', returnCodes: ['A'] })
 * ```
 */
export interface SimulatorResponse {
  /** Who signs in: a ready user, or one of your own. Default: `typical`. */
  readonly user?: ReadyUserName | SimulatorUser
  /** The level of confidence that the identity check reaches. Default: the user's. */
  readonly level?: LevelOfConfidence
  /** Claims of the userinfo response that replace the user's, by their full names; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Claims of the core identity that replace the user's, for example `{ vot: 'P1' }`; `undefined` leaves one out. */
  readonly coreIdentity?: Readonly<Record<string, unknown>>
  /**
   * Return codes of the identity check. Default: the user's, or `A` when there are none and the level is not
   * reached. An empty list with a level that is not reached makes the provider response `access_denied`.
   */
  readonly returnCodes?: readonly string[]
  /**
   * `'pending'` sends users who ask for an identity to prove it in person. The browser does not come back to the
   * service, and later identity requests of the user end in the same way, until `completeInPerson()` or for 16 days.
   */
  readonly inPerson?: 'pending'
  /** An error that comes back from `/authorize` instead of a code. */
  readonly error?: SimulatorError
}

/** An error as it stands in the redirect to the service. */
export interface SimulatorError {
  /** The OAuth error code, for example `access_denied`. */
  readonly error: string
  /** The words that go with it. */
  readonly error_description?: string
}

/** What was settled at sign-in and stays with the journey: who, how far, which codes. */
export interface SignIn {
  readonly user: SimulatorUser
  readonly level: LevelOfConfidence
  readonly returnCodes: readonly string[] | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly coreIdentity: Readonly<Record<string, unknown>>
}

/** Refuses a response whose user nobody knows. */
export function checkResponse({ user }: SimulatorResponse): void {
  if (typeof user !== 'string' || isReadyUserName(user)) return
  throw new TypeError(`No ready user is called '${String(user)}'; there are ${readyUserNames.join(', ')}`)
}

/** Fills a response's gaps from its user. */
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
