import express, { type RequestHandler } from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy } from 'passport-govuk-one-login'
import { clientId, didController, openStore, runApp } from '../app.ts'

runApp(async ({ issuer, identity, requestObject, privateKey, redisURL }, url) => {
  const oneLogin = new OneLoginStrategy({
    environment: {
      issuer,
      didDocumentURL: `${issuer}did.json`,
      didController,
      coreIdentityIssuer: `${issuer}identity`,
      allowInsecureRequests: true,
    },
    clientId,
    privateKey,
    requestObject,
    callbackURL: `${url}/callback`,
  })
  passport.use(oneLogin)
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const app = express()
  const store = await openStore(redisURL)
  app.use(session({ store, secret: 'bench', resave: false, saveUninitialized: false }))
  app.use(passport.session(), oneLogin.session())
  // One request for an identity, as in the other apps. The sign-in route would sign the user in first.
  const vtr = [identity ? 'Cl.Cm.P2' : 'Cl.Cm']
  app.get('/sign-in', passport.authenticate('govuk-one-login', { vtr }) as RequestHandler)
  app.use(oneLogin.routes())
  app.get('/page', oneLogin.requireAuthentication(), (_req, res) => void res.end('signed in'))
  return app
})
