import { csrfSync } from 'csrf-sync'
import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import passport from 'passport'
import type { OneLoginOptions } from 'passport-govuk-one-login'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import type { Logger } from 'pino'
import { handleErrors, notFound } from './errors.ts'
import { language } from './language.ts'
import { logRequests } from './log.ts'
import { oneLoginHome, setUpOneLogin } from './one-login.ts'
import { developmentRoutes } from './routes/development.ts'
import { identityLanding, identityRoutes } from './routes/identity.ts'
import { pageRoutes } from './routes/pages.ts'
import { sessions, type SessionStorage } from './session.ts'
import { assets, setUpViews } from './views.ts'

const { csrfSynchronisedProtection: csrfProtection } = csrfSync({
  getTokenFromRequest: ({ body, headers }) =>
    (body as { _csrf?: string } | undefined)?._csrf ?? headers['x-csrf-token']?.toString(),
  // One Login calls this, not a browser. Its requests are signed.
  skipCsrfProtection: ({ path }) => path === '/back-channel-logout',
})

/** Creates the app. The order of the middleware matters. */
export function createApp(
  options: OneLoginOptions,
  storage: SessionStorage,
  log: Logger,
  simulator?: Simulator,
): Express {
  const oneLogin = setUpOneLogin(options)
  const secure = options.callbackURL?.startsWith('https:') ?? true
  const app = express()
  // Trusts the headers of the one proxy in front, which ends TLS.
  if (secure) app.set('trust proxy', 1)
  // If the error page fails too, Express shows no stack trace.
  app.set('env', 'production')
  setUpViews(app)

  app.use(securityHeaders(secure, simulator?.url ?? 'https://*.account.gov.uk'))
  app.get('/health', (_req, res) => res.sendStatus(200))
  app.use('/assets', assets())
  app.use(logRequests(log), language(secure), (req, res, next) => {
    // Pages are about one person, so no cache stores them, not even for the back button.
    res.set('Cache-Control', 'no-store')
    // Read when a page is rendered, because the error page may be rendered after the user has changed.
    const later = {
      user: () => req.user,
      session: () => req.user && oneLogin.currentSession(req),
      csrfToken: () => req.csrfToken?.(),
    }
    Object.assign(res.locals, later, { home: oneLoginHome(options) ?? simulator?.url, simulator })
    next()
  })
  app.use(sessions(storage, secure), passport.session() as RequestHandler, oneLogin.session())
  app.use(express.urlencoded({ extended: false, limit: '10kb' }), csrfProtection)

  app.use(
    oneLogin.routes({
      // Returned to the signed-out page, which then knows that the user asked to sign out.
      state: 'asked',
      landing: identityLanding,
    }),
    pageRoutes(oneLogin),
    identityRoutes(oneLogin),
  )
  if (simulator) app.use('/development', developmentRoutes(simulator))
  return app.use(notFound, handleErrors(log))
}

function securityHeaders(secure: boolean, oneLogin: string): RequestHandler {
  const directives = {
    defaultSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    // The one inline script of the GOV.UK template.
    scriptSrc: ["'self'", "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"],
    // Browsers also apply this to redirects after a form is sent.
    formAction: ["'self'", oneLogin],
    ...(secure && { upgradeInsecureRequests: [] }),
  }
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: secure,
    // Not "no-referrer": browsers would then hide which site sent a form.
    referrerPolicy: { policy: 'same-origin' },
  })
}
