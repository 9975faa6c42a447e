import express, { type ErrorRequestHandler, type Express } from 'express'
import session from 'express-session'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy, type OneLoginOptions } from 'passport-govuk-one-login'

/** Creates the service with One Login's options in `server.ts`, and with the simulator's in tests. */
export function createApp(options: OneLoginOptions): Express {
  const oneLogin = new OneLoginStrategy(options)
  const authenticator = new passport.Passport()
  authenticator.use(oneLogin)
  authenticator.serializeUser((user, done) => done(null, user))
  authenticator.deserializeUser((user: Express.User, done) => done(null, user))

  const app = express()
  app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }))
  app.use(authenticator.session(), oneLogin.session(), oneLogin.routes())
  app.get('/dragons', oneLogin.requireAuthentication(), (req, res) => {
    res.json(req.user)
  })
  app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => {
    res.json(req.user)
  })
  const showError: ErrorRequestHandler = (error, _req, res, next) => {
    if (!isOneLoginError(error)) return next(error)
    res.status(error.status).send(error.code)
  }
  app.use(showError)
  return app
}
