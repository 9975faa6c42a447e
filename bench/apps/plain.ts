// A page of a signed-in user with express-session and Passport alone. Its user signs in without a provider.
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import passport from 'passport'
import { openStore, runApp } from '../app.ts'

const user = {
  sub: 'urn:fdc:gov.uk:2022:bench',
  email: 'kenneth@example.com',
  emailVerified: true,
  authentication: { level: 'Cl.Cm', sid: 'bench' },
}

runApp(async ({ redisURL }) => {
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const app = express()
  const store = await openStore(redisURL)
  app.use(session({ store, secret: 'bench', resave: false, saveUninitialized: false }))
  app.use(passport.session() as RequestHandler)
  app.get('/sign-in', (req, res, next) => {
    req.logIn(user, (error: unknown) => {
      if (error) next(error)
      else res.end()
    })
  })
  app.get('/page', (req, res) => {
    res.status(req.user ? 200 : 401).end('signed in')
  })
  return app
})
