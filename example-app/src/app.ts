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
  // One Login calls this, not a browser; what it sends is signed.
  skipCsrfProtection: ({ path }) => path === '/back-channel-logout',
})

/** Makes the app. The order in which it does things with a request matters. */
export function createApp(
  options: OneLoginOptions,
  storage: SessionStorage,
  log: Logger,
  simulator?: Simulator,
): Express {
  const oneLogin = setUpOneLogin(options)
  const secure = options.callbackURL?.startsWith('https:') ?? true
  const app = express()
  // One proxy in front, which ends TLS: believe what it says about the browser's side.
  if (secure) app.set('trust proxy', 1)
  // Should even the error page fail, Express shows no stack trace.
  app.set('env', 'production')
  setUpViews(app)

  app.use(securityHeaders(secure, simulator?.url ?? 'https://*.account.gov.uk'))
  app.get('/health', (_req, res) => res.sendStatus(200))
  app.use('/assets', assets())
  app.use(logRequests(log), language(secure), (req, res, next) => {
    // Pages are about one person: nothing keeps them, not even for the back button.
    res.set('Cache-Control', 'no-store')
    // Read when a page is rendered, also by the error page: who is signed in may have changed by then.
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
      // Comes back to the signed-out page, and tells a user who asked from one whose time was up.
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
    // Browsers hold this against the redirects after a form post, too.
    formAction: ["'self'", oneLogin],
    ...(secure && { upgradeInsecureRequests: [] }),
  }
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: secure,
    // Not "no-referrer": browsers would then hide where a form post comes from.
    referrerPolicy: { policy: 'same-origin' },
  })
}
