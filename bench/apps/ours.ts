import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OneLoginStrategy } from 'passport-govuk-one-login'
import { clientId, didController, runApp } from '../app.ts'

runApp(({ issuer, identity, requestObject, privateKey }, url) => {
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
  app.use(session({ secret: 'bench', resave: false, saveUninitialized: false }))
  app.use(passport.session(), oneLogin.session())
  app.use(oneLogin.routes({ signIn: { vtr: [identity ? 'Cl.Cm.P2' : 'Cl.Cm'] } }))
  return app
})
