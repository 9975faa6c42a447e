import { readyUsers, type ReadyUserName, type SimulatorUser } from './users.ts'
import type { LevelOfConfidence } from './vectors-of-trust.ts'

/**
 * What the simulator answers.
 *
 * @example
 * ```ts
 * op.respondWith({ user: 'family name first', level: 'P0', returnCodes: ['A'] })
 * ```
 */
export interface SimulatorAnswer {
  /** Who signs in: a ready user, or one of your own. */
  readonly user?: ReadyUserName | SimulatorUser
  /** The level of confidence that the identity check reaches. Default: the user's. */
  readonly level?: LevelOfConfidence
  /** Claims of the userinfo answer that replace the user's, by their full names; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /**
   * Return codes of the identity check. Default: the user's, and `A` when the level is not reached. An empty list
   * with a level that is not reached makes the provider answer `access_denied`.
   */
  readonly returnCodes?: readonly string[]
  /** An error that comes back from `/authorize` instead of a code. */
  readonly error?: SimulatorError
}

/** An error as it stands in the redirect to the service. */
export interface SimulatorError {
  readonly error: string
  readonly error_description?: string
}

/** What was settled at sign-in and stays with the journey: who, how far, which codes. */
export interface SignIn {
  readonly user: SimulatorUser
  readonly level: LevelOfConfidence
  readonly returnCodes: readonly string[] | undefined
  readonly claims: Readonly<Record<string, unknown>>
}

/** The user that an answer names. */
export function userOf(answer: SimulatorAnswer): SimulatorUser {
  const user = answer.user ?? 'one of each'
  return typeof user === 'string' ? readyUsers[user] : user
}

/** Fills an answer's gaps from its user. */
export function settle(answer: SimulatorAnswer): SignIn {
  const user = userOf(answer)
  return {
    user,
    level: answer.level ?? user.identity?.level ?? 'P0',
    returnCodes: answer.returnCodes ?? user.returnCodes,
    claims: answer.claims ?? {},
  }
}
