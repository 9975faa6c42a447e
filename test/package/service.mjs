// The service of the README, in plain JavaScript, signed in to with the simulator of the installed package.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy } from 'passport-govuk-one-login'
import { startSimulator } from 'passport-govuk-one-login/simulator'
import { visit } from './visit.mjs'

const op = await startSimulator()
const app = express()
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${server.address().port}`
op.register({ callbackURL: `${site}/auth/callback` })

const oneLogin = new OneLoginStrategy(op.options)
passport.use(oneLogin)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))
app.use(session({ secret: 'for this test', resave: false, saveUninitialized: false }))
app.use(passport.session(), oneLogin.session(), oneLogin.routes())
app.get('/treasure', oneLogin.requireIdentity({ level: 'P2' }), (req, res) => res.json(req.user))

const user = JSON.parse(await visit(`${site}/treasure`))
assert.equal(user.identity.proven, true)
server.close()
server.closeAllConnections()
await op.close()

// The packed code has short names, except for functions and classes.
assert.throws(
  () => new OneLoginStrategy({}),
  ({ name, stack }) => name === 'OneLoginError' && /at parseOptions .*at new OneLoginStrategy /s.test(stack),
)
console.log('ESM: signed in and proved an identity with the packed tarball')
