import express, { type ErrorRequestHandler, type Express } from 'express'
import session, { type Store } from 'express-session'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy, type OneLoginOptions } from 'passport-govuk-one-login'

/** Creates the service. Every instance of the function uses the same store, such as DynamoDB or Redis. */
export function createApp(options: OneLoginOptions, store: Store, secret: string): Express {
  const oneLogin = new OneLoginStrategy(options)
  const authenticator = new passport.Passport()
  authenticator.use(oneLogin)
  authenticator.serializeUser((user, done) => {
    done(null, user)
  })
  authenticator.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })

  const app = express()
  // API Gateway ends TLS and sets X-Forwarded-Proto.
  app.set('trust proxy', 1)
  const cookie = { secure: true, httpOnly: true, sameSite: 'lax' } as const
  app.use(session({ store, secret, cookie, resave: false, saveUninitialized: false }))
  app.use(authenticator.session(), oneLogin.session(), oneLogin.routes())
  app.get('/', (req, res) => {
    res.send(req.user ? 'You are signed in' : 'Nobody is signed in')
  })
  app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => {
    res.json(req.user)
  })
  const showError: ErrorRequestHandler = (error, _req, res, next) => {
    if (!isOneLoginError(error)) {
      next(error)
      return
    }
    res.status(error.status).send(error.code)
  }
  app.use(showError)
  return app
}
