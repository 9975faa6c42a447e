import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy } from 'passport-govuk-one-login'

export function createApp(options) {
  const oneLogin = new OneLoginStrategy(options)
  passport.use(oneLogin)
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user, done) => done(null, user))

  const app = express()
  app.use(session({ secret: 'only for trying it', resave: false, saveUninitialized: false }))
  app.use(passport.session(), oneLogin.session(), oneLogin.routes())

  app.get('/', (req, res) => {
    res.send('<h1>Dragons</h1><a href="/account">Your account</a> <a href="/sign-out">Sign out</a>')
  })
  app.get('/account', oneLogin.requireAuthentication(), (req, res) => {
    res.type('text').send(`You are signed in as ${req.user.email}`)
  })

  app.use((error, req, res, next) => {
    if (!isOneLoginError(error)) return next(error)
    res.status(error.status).send('<h1>Sorry, there is a problem</h1><a href="/">Start again</a>')
  })
  return app
}
