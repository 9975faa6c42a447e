import type { Request, Response } from 'express'
import type passport from 'passport'
import { isForTheUser, isOneLoginError } from '../errors.ts'
import type { SignInOptions } from '../options/sign-in-options.ts'
import { finishSignIn } from './finish-sign-in.ts'
import type { RelyingParty } from './relying-party.ts'
import { keepAddressPrivate } from './responses.ts'
import { misconfigured } from './set-up.ts'
import type { VerifyUser } from './verify-callback.ts'

/** The methods that Passport adds to a strategy for one request. */
export type Actions = Pick<passport.StrategyCreatedStatic, 'success' | 'fail' | 'redirect' | 'error'>

/**
 * Returns the actions of one request. If an app passes the strategy as an object instead of its name, Passport sets
 * the actions of each request on the same object, so they must be read before the next request replaces them.
 */
export function actionsOf(strategy: object): Actions {
  const { success, fail, redirect, error } = strategy as Actions
  return {
    success: success.bind(strategy),
    fail: fail.bind(strategy),
    redirect: redirect.bind(strategy),
    error: error.bind(strategy),
  }
}

/**
 * Sends the browser to One Login, or completes the sign-in when it comes back. Errors that the user can recover from
 * go to `fail`, and all others to `error`.
 */
export async function authenticate(
  relyingParty: RelyingParty,
  verify: VerifyUser,
  req: Request,
  options: SignInOptions,
  { success, fail, redirect, error }: Actions,
): Promise<void> {
  try {
    const res = responseOf(req)
    // Of the request that starts a sign-in too: it may be at the address of the callback.
    keepAddressPrivate(res)
    if (!relyingParty.callback.isCallback(req)) {
      redirect(await relyingParty.start(req, res, relyingParty.signInSettings(options)))
      return
    }
    const finish = await finishSignIn(relyingParty, req, res, verify)
    if (finish.redirectTo === undefined) success(finish.user, finish.info)
    else redirect(finish.redirectTo)
  } catch (cause) {
    if (isOneLoginError(cause) && isForTheUser(cause)) fail(cause, cause.status)
    else error(cause)
  }
}

/** Returns the response that Express stores with its request. Passport gives a strategy only the request. */
function responseOf(req: Request): Response {
  if (req.res) return req.res
  throw misconfigured(
    'passport.authenticate was called outside of Express. Use the routes or the middleware of the strategy instead.',
  )
}
