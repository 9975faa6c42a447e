import passport from 'passport'
import { environments, OneLoginStrategy, type OneLoginOptions } from 'passport-govuk-one-login'
import { languageOf } from './language.ts'

/** How long a session lives: from sign-in, and from the last thing the user did; in seconds. */
const limits = { absolute: 12 * 60 * 60, idle: 30 * 60 }

/** Sets up GOV.UK One Login. */
export function setUpOneLogin(options: OneLoginOptions): OneLoginStrategy {
  // A second argument maps the One Login user to an account of the service. Give one as soon as the service keeps
  // anything about its users: accounts need an id of their own. Here a user lives in the session, nowhere else.
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

/** Where users manage their GOV.UK One Login; the header links to it. */
export function oneLoginHome({ environment }: OneLoginOptions): string | undefined {
  const own = typeof environment === 'object' ? environment.issuer : environment
  return Object.entries(environments).find(([name, { issuer }]) => own === name || own === issuer)?.[1]
    .homeURL
}
