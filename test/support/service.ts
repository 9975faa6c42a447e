import { createServer } from 'node:http'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import session, { MemoryStore, type SessionOptions, type Store } from 'express-session'
import passport, { type PassportStatic } from 'passport'
import { isOneLoginError, OneLoginStrategy, type OneLoginOptions, type Verify } from '../../lib/index.ts'
import { listen } from './listen.ts'

/** The parts of a service under test, other than the options of its strategy. */
export interface ServiceOptions {
  readonly verify?: Verify
  readonly store?: Store
  /** Options for express-session, instead of the usual ones. */
  readonly sessionOptions?: Partial<SessionOptions>
  /** The port to listen on. Default: a free port. */
  readonly port?: number
  /**
   * Adds routes after the sessions and before the error handler. If it returns `false`, the strategy's own routes are
   * left out.
   */
  readonly routes?: (app: Express, oneLogin: OneLoginStrategy, passport: PassportStatic) => unknown
  /** Leaves `oneLogin.session()` out, as a faulty service would. */
  readonly sessionsUnchecked?: boolean
  /** Default: Express 5. */
  readonly framework?: typeof express
  /** Default: Passport 0.7. */
  readonly authentication?: PassportStatic
}

/** A service under test, on its own port. */
export interface Service extends AsyncDisposable {
  readonly url: string
  readonly oneLogin: OneLoginStrategy
  readonly store: Store
  /** The errors that its error handler received. */
  readonly errors: unknown[]
  /** Stops listening and waits for the running requests. */
  drain(): Promise<void>
}

/**
 * Starts a service as in the README. `/account` needs a sign-in, `/identity` an identity at P2, `/whoami` returns
 * the signed-in user. Errors are JSON with their code, status and message.
 *
 * @param options - the options of the strategy. A function receives the service's address, for the callback URL.
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
