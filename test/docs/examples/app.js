import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy } from 'passport-govuk-one-login'

/** Creates the service with One Login's options in `server.js`, and with the simulator's in tests. */
export function createApp(options) {
  const oneLogin = new OneLoginStrategy(options)
  const authenticator = new passport.Passport()
  authenticator.use(oneLogin)
  authenticator.serializeUser((user, done) => done(null, user))
  authenticator.deserializeUser((user, done) => done(null, user))

  const app = express()
  app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }))
  app.use(authenticator.session(), oneLogin.session(), oneLogin.routes())
  app.get('/', (req, res) => res.send(req.user ? `Hello ${req.user.email}` : 'Nobody is signed in'))
  app.get('/dragons', oneLogin.requireAuthentication(), (req, res) =>
    res.send(`Dragons of ${req.user.email}`),
  )
  app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) =>
    res.send(`Treasure of ${req.user.identity.name.full}`),
  )
  app.use((error, req, res, next) => {
    if (!isOneLoginError(error)) return next(error)
    res.status(error.status).send(error.code)
  })
  return app
}
