import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy, type OneLoginOptions, type OneLoginUser } from 'passport-govuk-one-login'

export function createApp(options: OneLoginOptions): express.Express {
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
  app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }))
  app.use(authenticator.session(), oneLogin.session(), oneLogin.routes())
  app.get('/dragons', oneLogin.requireAuthentication(), (req, res) => {
    res.send(`Dragons of ${(req.user as OneLoginUser).email ?? ''}`)
  })
  return app
}
