import { createServer } from 'node:http'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import session, { MemoryStore, type SessionOptions, type Store } from 'express-session'
import passport, { type PassportStatic } from 'passport'
import { isOneLoginError, OneLoginStrategy, type OneLoginOptions, type Verify } from '../../lib/index.ts'
import { listen } from './listen.ts'

/** What a service under test is made of, beside the options of its strategy. */
export interface ServiceOptions {
  readonly verify?: Verify
  readonly store?: Store
  /** Of express-session, in place of those of a usual service. */
  readonly sessionOptions?: Partial<SessionOptions>
  /** Where it listens: on a free port unless given. */
  readonly port?: number
  /** Adds routes, after the sessions and before the error handler; the strategy's own routes are there unless this returns `false`. */
  readonly routes?: (app: Express, oneLogin: OneLoginStrategy, passport: PassportStatic) => unknown
  /** Leaves `oneLogin.session()` out, as a careless service would. */
  readonly sessionsUnchecked?: boolean
  /** Express to use: 5 unless given. */
  readonly framework?: typeof express
  /** Passport to use: 0.7 unless given. */
  readonly authentication?: PassportStatic
}

/** A service under test, listening on a port of its own. */
export interface Service extends AsyncDisposable {
  readonly url: string
  readonly oneLogin: OneLoginStrategy
  readonly store: Store
  /** What its error handler was given. */
  readonly errors: unknown[]
  /** Stops to listen and waits for the requests under way. */
  drain(): Promise<void>
}

/**
 * Starts a service that does what the README shows. `/account` needs a sign-in, `/identity` an identity at P2,
 * `/whoami` tells who is signed in; errors come as JSON of their code, status and message.
 *
 * @param options - of the strategy; a function is given the service's address, for the callback URL
 */
export async function startService(
  options: (url: string) => OneLoginOptions | Promise<OneLoginOptions>,
  {
    verify,
    store = new MemoryStore(),
    sessionOptions,
    port,
    routes,
    sessionsUnchecked = false,
    framework = express,
    authentication = passport,
  }: ServiceOptions = {},
): Promise<Service> {
  const app = framework()
  const server = await listen(createServer(app), port)
  const url = server.url
  const close = () => server[Symbol.asyncDispose]()
  try {
    const errors: unknown[] = []
    const settings = await options(url)
    const oneLogin = new OneLoginStrategy({ warmUp: false, ...settings }, verify)
    const authenticator = new (authentication as unknown as { Passport: new () => PassportStatic }).Passport()
    authenticator.use(oneLogin)
    authenticator.serializeUser((user, done) => {
      done(null, user)
    })
    authenticator.deserializeUser((user: Express.User, done) => {
      done(null, user)
    })
    app.use(
      session({ store, secret: 'for tests', resave: false, saveUninitialized: false, ...sessionOptions }),
      authenticator.session() as RequestHandler,
    )
    if (!sessionsUnchecked) app.use(oneLogin.session())
    const whoami: RequestHandler = (req, res) => void res.json(req.user ?? null)
    if (routes?.(app, oneLogin, authenticator) !== false) app.use(oneLogin.routes())
    app.get('/whoami', whoami)
    app.get('/account', oneLogin.requireAuthentication(), whoami)
    if (oneLogin.relyingParty.settings.signers.length > 0)
      app.get('/identity', oneLogin.requireIdentity({ level: 'P2' }), whoami)
    const handleError: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
      errors.push(error)
      const { code, status, message, providerError, returnCodes } = isOneLoginError(error)
        ? error
        : {
            code: 'unexpected',
            status: 500,
            message: String(error),
            providerError: undefined,
            returnCodes: undefined,
          }
      res.status(status).json({ code, message, providerError, returnCodes })
    }
    app.use(handleError)
    return { url, oneLogin, store, errors, drain: () => server.drain(), [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}
