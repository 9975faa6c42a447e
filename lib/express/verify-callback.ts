import type { Request } from 'express'
import { OneLoginError } from '../errors.ts'
import type { OneLoginUser } from '../sign-in/user.ts'

/**
 * Passport's callback: an error, a user, or `false` to reject the user. `info` becomes `req.authInfo`. It returns
 * `undefined`, so that your callback can end in `return done(…)`.
 *
 * @param error - the error, or null
 * @param user - your own user. `false` or no user rejects the sign-in with `user_refused`
 * @param info - becomes `req.authInfo`
 */
export type VerifyDone = (error: unknown, user?: Express.User | false | null, info?: object) => undefined

/** The result of a verify callback: your own user, or `false` to reject the user. */
export type VerifyResult = Express.User | false | null | undefined

/**
 * Finds your own user for a user of One Login. Returns it, returns a promise of it, or calls `done`.
 *
 * @param user - the verified user of One Login
 * @param done - Passport's callback. If your function does not take it, its return value is the result
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
 * {@link Verify} with the request as its first argument, for `passReqToCallback: true`.
 *
 * @param req - the request of the callback
 * @param user - the verified user of One Login
 * @param done - Passport's callback
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

/** The content of `req.authInfo` after a sign-in. A verify callback can read it too. */
export interface OneLoginAuthInfo {
  /** The page of this site that the user came from. */
  readonly returnTo?: string
  /** The `state` that you gave when the sign-in started. */
  readonly state?: unknown
}

/** The app's own user, with the info for `req.authInfo`. */
export interface VerifiedUser {
  readonly user: Express.User
  readonly info?: object
}

/** Asks the app for its own user. */
export type VerifyUser = (req: Request, user: OneLoginUser) => Promise<VerifiedUser>

/**
 * Turns the ways in which a verify callback can return its result into one promise.
 *
 * @throws (from the returned function) OneLoginError `user_refused` if the app has no user, or the error that the
 * app's callback threw
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
        const result = withRequest
          ? (verify as VerifyWithRequest)(req, oneLoginUser, done)
          : (verify as Verify)(oneLoginUser, done)
        const settle = (user: VerifyResult) => {
          if (user !== undefined || !takesDone) resolve({ user })
        }
        // Not every promise is a `Promise` object. One of another kind must not be taken for a user.
        Promise.resolve(result).then(settle, reject)
      },
    )
    if (user) return { user, ...(info && { info }) }
    throw new OneLoginError('user_refused', 'The verify callback returned no user.')
  }
}
