// The service of the README, in plain JavaScript, signed in to with the simulator of the installed package.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy } from 'passport-govuk-one-login'
import { startSimulator } from 'passport-govuk-one-login/simulator'

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

let url = `${site}/treasure`
let cookie = ''
let answer
for (let hops = 0; hops < 12; hops++) {
  answer = await new Promise((resolve, reject) => {
    const headers = { accept: 'text/html', 'user-agent': 'test', cookie: url.startsWith(site) ? cookie : '' }
    http.get(url, { headers, agent: false }, resolve).on('error', reject)
  })
  if (url.startsWith(site)) cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie
  if (!answer.headers.location) break
  answer.resume()
  url = new URL(answer.headers.location, url).href
}
const user = JSON.parse(Buffer.concat(await answer.toArray()).toString())
assert.equal(user.identity.proven, true)
server.close()
server.closeAllConnections()
await op.close()
console.log('ESM: signed in and proved an identity with the packed tarball')
