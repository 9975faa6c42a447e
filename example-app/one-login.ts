import type { Request } from 'express'
import passport from 'passport'
import { OneLoginStrategy, type OneLoginOptions } from 'passport-govuk-one-login'
import { languageOf } from './language.ts'

const absolute = 12 * 60 * 60
const idle = 30 * 60

/**
 * The one place where GOV.UK One Login is set up.
 *
 * @param options - where One Login is and who this service is to it
 */
export function setUpOneLogin(options: OneLoginOptions): OneLoginStrategy {
  // A second argument would map the One Login user to an account of the service: do that as soon as the service
  // keeps anything about its users, with an id of its own. Here the user lives in the session and nowhere else.
  const oneLogin = new OneLoginStrategy({
    ...options,
    passReqToCallback: false,
    uiLocales: languageOf,
    claims: ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'],
    session: { absolute, idle, onExpiry: 'sign-out' },
  })
  passport.use(oneLogin)
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  return oneLogin
}

/** When the session ends if the user does nothing from now on; for pages without JavaScript. */
export function sessionEnd(req: Request): Date | undefined {
  const startedAt = req.session.oneLogin?.signedIn?.startedAt
  if (!req.user || startedAt === undefined) return undefined
  return new Date(Math.min(Date.now() + idle * 1000, (startedAt + absolute) * 1000))
}
