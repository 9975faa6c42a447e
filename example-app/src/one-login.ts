import passport from 'passport'
import { environments, OneLoginStrategy, type OneLoginOptions } from 'passport-govuk-one-login'
import { languageOf } from './language.ts'

/** How long a session lasts after the sign-in, and after the user's last request. In seconds. */
const limits = { absolute: 12 * 60 * 60, idle: 30 * 60 }

/** Sets up GOV.UK One Login. */
export function setUpOneLogin(options: OneLoginOptions): OneLoginStrategy {
  // The second argument can map the One Login user to an account of your service. Add it if you store anything about
  // users: accounts need their own ID. In this example, a user exists only in the session.
  const oneLogin = new OneLoginStrategy({
    ...options,
    uiLocales: languageOf,
    claims: ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'], // for identity journeys
    session: { ...limits, onExpiry: 'sign-out' },
  })
  passport.use(oneLogin)
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user: Express.User, done) => done(null, user))
  return oneLogin
}

/** Returns where users manage their GOV.UK One Login. The header links to it. */
export function oneLoginHome({ environment }: OneLoginOptions): string | undefined {
  const own = typeof environment === 'object' ? environment.issuer : environment
  return Object.entries(environments).find(([name, { issuer }]) => own === name || own === issuer)?.[1]
    .homeURL
}
