import { randomBytes } from 'node:crypto'
import { csrfSync } from 'csrf-sync'
import express, { type Express } from 'express'
import helmet from 'helmet'
import passport from 'passport'
import type { OneLoginOptions } from 'passport-govuk-one-login'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import type { Logger } from 'pino'
import { handleErrors, notFound } from './errors.ts'
import { language } from './language.ts'
import { logRequests } from './log.ts'
import { sessionEnd, setUpOneLogin } from './one-login.ts'
import { developmentRoutes } from './routes/development.ts'
import { pageRoutes } from './routes/pages.ts'
import { sessions, type SessionStore } from './session.ts'
import { assets, setUpViews } from './views.ts'

/** What the app is made of. */
export interface AppParts {
  readonly options: OneLoginOptions
  readonly sessions: SessionStore
  readonly sessionSecret: string | undefined
  readonly standIn: Simulator | undefined
  readonly log: Logger
}

/** Makes the app; the order of what it does with a request matters. */
export function createApp({ options, sessions: kept, sessionSecret, standIn, log }: AppParts): Express {
  const oneLogin = setUpOneLogin(options)
  const isSecure = options.callbackURL?.startsWith('https:') ?? true
  const app = express()
  // One proxy in front, which ends TLS: believe what it says about the browser's side.
  if (isSecure) app.set('trust proxy', 1)
  setUpViews(app)

  app.use((_req, res, next) => {
    res.locals.cspNonce = randomBytes(16).toString('base64')
    next()
  })
  app.use(securityHeaders(isSecure, standIn ? standIn.url : 'https://*.account.gov.uk'))
  app.use('/assets', assets())
  app.get('/health', (_req, res) => {
    res.sendStatus(kept.isReady() ? 200 : 503)
  })

  app.use(logRequests(log), language(isSecure))
  app.use((_req, res, next) => {
    // Pages are about one person: no cache keeps them, not even for the back button.
    res.set('Cache-Control', 'no-store')
    next()
  })
  app.use(
    sessions(kept.store, isSecure, sessionSecret),
    passport.session() as express.RequestHandler,
    oneLogin.session(),
  )
  app.use(express.urlencoded({ extended: false, limit: '10kb' }), csrfProtection())
  app.use((req, res, next) => {
    const csrfToken = () => req.csrfToken?.()
    Object.assign(res.locals, {
      user: req.user,
      csrfToken,
      sessionEnd: sessionEnd(req),
      standIn: standIn?.url,
    })
    next()
  })

  app.use(
    oneLogin.routes({
      // Tells the signed-out page that it was the user who asked.
      state: (req) => (req.query.timeout === undefined ? 'asked' : undefined),
      landing: {
        level: 'P2',
        page: (_req, res) => {
          res.render('in-person-return')
        },
        returnTo: '/identity',
      },
    }),
  )
  app.use(pageRoutes(oneLogin))
  if (standIn) app.use('/development', developmentRoutes(standIn))
  app.use(notFound, handleErrors(log))
  return app
}

function securityHeaders(isSecure: boolean, oneLogin: string) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: [
          "'self'",
          (_req, res) => `'nonce-${(res as express.Response).locals.cspNonce as string}'`,
        ],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        // Browsers hold this against the redirects that follow a form, too.
        formAction: ["'self'", oneLogin],
        ...(isSecure && { upgradeInsecureRequests: [] }),
      },
    },
    strictTransportSecurity: isSecure,
    // Not "no-referrer": with that, browsers hide where a form post comes from.
    referrerPolicy: { policy: 'same-origin' },
  })
}

function csrfProtection() {
  const { csrfSynchronisedProtection } = csrfSync({
    getTokenFromRequest: (req) =>
      (req.body as Record<string, string> | undefined)?._csrf ?? req.get('x-csrf-token'),
    // Called by One Login, not by a browser: its token is signed.
    skipCsrfProtection: (req) => req.path === '/back-channel-logout',
  })
  return csrfSynchronisedProtection
}
