import { createServer } from 'node:http'
import express, { type RequestHandler } from 'express'
import session, { type Store } from 'express-session'
import passport, { type PassportStatic } from 'passport'
import { Browser } from './browser.ts'
import { listen } from './listen.ts'

/** A strategy that keeps its state in the session, like OAuth strategies, and fetches nothing. */
class PlainStrategy extends passport.Strategy {
  override readonly name = 'plain'
  override authenticate(req: express.Request): void {
    const stored = req.session as { state?: string }
    if (req.query.state === undefined) {
      stored.state = 'waiting'
      this.redirect('/callback?state=waiting')
    } else if (stored.state === req.query.state) {
      delete stored.state
      this.success({ sub: 'somebody' })
    } else this.fail(403)
  }
}

/** Starts a service with only express-session and Passport, for comparison. */
export async function startPlainService(store: Store) {
  const own = new (passport as unknown as { Passport: new () => PassportStatic }).Passport()
  own.use(new PlainStrategy())
  own.serializeUser((user, done) => {
    done(null, user)
  })
  own.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const app = express()
  app.use(session({ store, secret: 'for tests', resave: false, saveUninitialized: false }))
  app.use(own.session() as RequestHandler)
  app.get(['/sign-in', '/callback'], own.authenticate('plain') as RequestHandler, (_req, res) => {
    res.end()
  })
  app.get('/account', (req, res) => void res.json(req.user ?? null))
  app.get('/write', (req, res) => {
    Object.assign(req.session, { at: Math.random() })
    res.end()
  })
  app.get('/sign-out', (req, res, next) => {
    req.session.destroy((error: unknown) => {
      if (error) next(error)
      else res.end()
    })
  })
  return { browser: new Browser(), ...(await listen(createServer(app))) }
}
