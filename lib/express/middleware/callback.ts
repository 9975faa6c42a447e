import type { Request, RequestHandler } from 'express'
import { OneLoginError } from '../../errors.ts'
import type { RelyingParty } from '../relying-party.ts'
import type { Verification } from '../verify-callback.ts'
import { redirect } from '../responses.ts'
import { handler } from '../handler.ts'

/**
 * Completes a sign-in and goes to the page that it started from. Every failure goes to the app's error handler.
 */
export function callback(relyingParty: RelyingParty, verify: Verification): RequestHandler {
  return handler(async (req, res) => {
    requirePassport(req)
    const { user, info } = await relyingParty.finish(req, verify)
    await logIn(req, user)
    redirect(res, info.returnTo ?? '/')
  })
}

function requirePassport(req: Request): void {
  if (typeof req.logIn !== 'function')
    throw new OneLoginError(
      'session_unavailable',
      'Passport is not there: mount passport.session() before the routes of this package.',
    )
}

async function logIn(req: Request, user: Express.User): Promise<void> {
  const logInUser = req.logIn.bind(req) as (user: Express.User, done: (error: unknown) => void) => unknown
  return new Promise((resolve, reject) => {
    const answer = logInUser(user, (error) => {
      if (error) reject(error)
      else resolve()
    })
    // That of @fastify/passport calls nobody back: it gives a promise.
    if (answer instanceof Promise) answer.then(resolve, reject)
  })
}
