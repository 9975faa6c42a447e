// A small service, for a bundler. It reads its options from its environment, and writes where it listens.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy, optionsFromEnvironment } from 'passport-govuk-one-login'

const app = express()
const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('listening'))
const oneLogin = new OneLoginStrategy(optionsFromEnvironment(process.env))
passport.use(oneLogin)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))
app.use(session({ secret: 'for this test', resave: false, saveUninitialized: false }))
app.use(passport.session(), oneLogin.session(), oneLogin.routes())
app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => res.json(req.user))
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
})
