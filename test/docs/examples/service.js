import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy } from 'passport-govuk-one-login'
import { startSimulator } from 'passport-govuk-one-login/simulator'

const home = 'http://localhost:3000'
const op = await startSimulator({
  callbackURL: `${home}/auth/callback`,
  postLogoutRedirectURL: `${home}/`,
  interactive: true, // shows a page on which you choose who signs in
})

const oneLogin = new OneLoginStrategy(op.options)
passport.use(oneLogin)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: 'only to try it', resave: false, saveUninitialized: false }))
app.use(passport.session(), oneLogin.session(), oneLogin.routes())
app.get('/', (req, res) => res.send('<a href="/treasure">Treasure</a> <a href="/sign-out">Sign out</a>'))
app.get('/dragons', oneLogin.requireAuthentication(), (req, res) => res.json(req.user))
app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => res.json(req.user))
app.listen(3000, () => console.log(`Go to ${home}`))
