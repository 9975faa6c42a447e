import type { Request } from 'express'
import { OneLoginError } from '../errors.ts'
import type { OneLoginUser } from '../sign-in/user.ts'

/**
 * Passport's way to answer: an error, or a user, or `false` to refuse; `info` goes to `req.authInfo`. It returns
 * `undefined`, so that a callback may end in `return done(…)`.
 *
 * @param error - what failed, or null
 * @param user - the app's user; `false` or none refuses with `user_refused`
 * @param info - goes to `req.authInfo`
 */
export type VerifyDone = (error: unknown, user?: Express.User | false | null, info?: object) => undefined

/** What a verify callback may return: the app's user, or `false` to refuse. */
export type VerifyResult = Express.User | false | null | undefined

/**
 * Maps the One Login user to the app's own: returns it, or a promise of it, or calls `done`.
 *
 * @param user - who signed in, verified
 * @param done - Passport's way to answer; a callback that does not take it answers by what it returns
 * @example
 * ```ts
 * const verify: Verify = async (user) => accounts.findOrCreate(user.sub, { email: user.email })
 * ```
 */
export type Verify = (
  user: OneLoginUser,
  done: VerifyDone,
) => VerifyResult | Promise<VerifyResult> | undefined

/**
 * {@link Verify} with the request as first argument, for `passReqToCallback: true`.
 *
 * @param req - the request of the callback
 * @param user - who signed in, verified
 * @param done - Passport's way to answer
 * @example
 * ```ts
 * const verify: VerifyWithRequest = async (req, user) => accounts.findOrCreate(user.sub, { from: req.ip })
 * ```
 */
export type VerifyWithRequest = (
  req: Request,
  user: OneLoginUser,
  done: VerifyDone,
) => VerifyResult | Promise<VerifyResult> | undefined

/** What `req.authInfo` holds from the moment that a sign-in has come back: a verify callback can read it. */
export interface OneLoginAuthInfo {
  /** The page of this site that the user was sent from. */
  readonly returnTo?: string
  /** The value that was given as `state` when the sign-in started. */
  readonly state?: unknown
}

/** A user as the app knows them. */
export interface VerifiedUser {
  readonly user: Express.User
  readonly info?: object
}

/** Asks the app who the user is to it. */
export type VerifyUser = (req: Request, user: OneLoginUser) => Promise<VerifiedUser>

/**
 * Makes one promise of the ways a verify callback can answer.
 *
 * @throws (from the returned function) OneLoginError `user_refused` when the app has no user for this one; what
 * the app's callback threw, as it is
 */
export function createVerifyUser(
  verify: Verify | VerifyWithRequest | undefined,
  withRequest: boolean,
): VerifyUser {
  if (!verify) return (_req, user) => Promise.resolve({ user })
  const takesDone = verify.length > (withRequest ? 2 : 1)

  return async function askApp(req, oneLoginUser) {
    const { user, info } = await new Promise<{ user?: VerifyResult; info?: object | undefined }>(
      (resolve, reject) => {
        const done: VerifyDone = (error, user, info) => {
          if (error) reject(error)
          else resolve({ user, info })
        }
        const answer = withRequest
          ? (verify as VerifyWithRequest)(req, oneLoginUser, done)
          : (verify as Verify)(oneLoginUser, done)
        const settle = (user: VerifyResult) => {
          if (user !== undefined || !takesDone) resolve({ user })
        }
        // Not every promise is of the class Promise: one of another kind must not pass for a user.
        Promise.resolve(answer).then(settle, reject)
      },
    )
    if (user) return { user, ...(info && { info }) }
    throw new OneLoginError('user_refused', 'This service has no account for the user who signed in.')
  }
}
