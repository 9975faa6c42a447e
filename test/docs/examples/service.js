import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy } from 'passport-govuk-one-login'
import { startSimulator } from 'passport-govuk-one-login/simulator'

const home = 'http://localhost:3000'
const simulator = await startSimulator({
  callbackURL: `${home}/auth/callback`,
  postLogoutRedirectURL: `${home}/`,
  interactive: true, // shows a page where you choose who signs in
})

const oneLogin = new OneLoginStrategy(simulator.options)
passport.use(oneLogin)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: 'only for trying it', resave: false, saveUninitialized: false }))
app.use(passport.session(), oneLogin.session(), oneLogin.routes())
app.get('/', (req, res) => res.send('<a href="/dragons">Dragons</a> <a href="/treasure">Treasure</a>'))
app.get('/dragons', oneLogin.requireAuthentication(), (req, res) => res.json(req.user))
app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => res.json(req.user))
app.use((error, req, res, next) => {
  if (!isOneLoginError(error)) return next(error)
  res.status(error.status).send(`<h1>Sorry</h1><p>${error.code}</p><a href="/">Start again</a>`)
})
app.listen(3000, (error) => console.log(error?.message ?? `Go to ${home}`))
