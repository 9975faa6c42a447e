import type { Request, RequestHandler } from 'express'
import { requestAddress } from '../callback-address.ts'
import { finishSignIn } from '../finish-sign-in.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'
import { keepAddressPrivate, redirect } from '../responses.ts'
import { requirePassport } from '../set-up.ts'
import type { VerifyUser } from '../verify-callback.ts'

/**
 * Completes a sign-in and redirects to the page that it started from. Passes every error to the app's error handler.
 * A request without a response from One Login starts a sign-in. A callback of another client of this app is left to
 * that client.
 */
export function callback(relyingParty: RelyingParty, verify: VerifyUser): RequestHandler {
  return handler(async (req, res, next) => {
    keepAddressPrivate(res)
    requirePassport(req)
    if (isOfAnotherClient(relyingParty, req)) {
      next()
      return
    }
    if (!relyingParty.callback.isCallback(req)) {
      redirect(res, await relyingParty.start(req, res, relyingParty.signInSettings({})))
      return
    }
    const finish = await finishSignIn(relyingParty, req, res, verify)
    if (finish.redirectTo === undefined) await logIn(req, finish.user)
    redirect(res, finish.redirectTo ?? finish.info.returnTo ?? '/')
  })
}

function isOfAnotherClient({ cookies }: RelyingParty, req: Request): boolean {
  const state = requestAddress(req).query.get('state')
  return state !== null && cookies.isOfAnotherClient(req, state)
}

async function logIn(req: Request, user: Express.User): Promise<void> {
  const logInUser = req.logIn.bind(req) as (user: Express.User, done: (error: unknown) => void) => unknown
  return new Promise((resolve, reject) => {
    const result = logInUser(user, (error) => {
      if (error) reject(error)
      else resolve()
    })
    // @fastify/passport's `logIn` returns a promise instead of calling back.
    if (result instanceof Promise) result.then(resolve, reject)
  })
}
