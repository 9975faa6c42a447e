// The service under load. It runs in its own process, whose memory is measured and whose clock can be moved forward.
import { createServer } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import session, { MemoryStore } from 'express-session'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy } from '../lib/index.ts'
import type { KeyOptions } from '../lib/simulator/index.ts'
import { listen } from '../test/support/listen.ts'
import { heapInUse, putClock } from '../test/support/process-state.ts'

/** A question to the service, which can also move its clock forward. */
export interface Question {
  readonly secondsAhead?: number
}

/** The state of the service. */
export interface Health {
  /** The bytes of the heap in use after a garbage collection. */
  readonly heap: number
  readonly sessions: number
  readonly unhandled: readonly string[]
  readonly warnings: readonly string[]
}

const unhandled: string[] = []
const warnings: string[] = []
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)))
process.on('warning', (warning) => warnings.push(String(warning)))

const app = express()
const server = createServer(app)
server.keepAliveTimeout = 120_000
const { url } = await listen(server)

const store = new MemoryStore()
const provider = JSON.parse(process.argv[2] ?? '{}') as KeyOptions
const oneLogin = new OneLoginStrategy({
  ...provider,
  callbackURL: `${url}/auth/callback`,
  postLogoutRedirectURL: `${url}/signed-out`,
  timeout: 2,
})
passport.use(oneLogin)
passport.serializeUser((user, done) => {
  done(null, user)
})
passport.deserializeUser((user: Express.User, done) => {
  done(null, user)
})
const whoami: RequestHandler = (req, res) => void res.json(req.user ?? null)
const explain: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
  const { code, status } = isOneLoginError(error) ? error : { code: 'unexpected', status: 500 }
  res.status(status).json({ code })
}
app.use(session({ store, secret: 'for the soak', resave: false, saveUninitialized: false }))
app.use(passport.session() as RequestHandler, oneLogin.session(), oneLogin.routes())
app.get('/whoami', whoami)
app.get('/signed-out', whoami)
app.get('/account', oneLogin.requireAuthentication(), whoami)
app.get('/identity', oneLogin.requireIdentity({ level: 'P2' }), whoami)
app.use(explain)

async function health(): Promise<Health> {
  const heap = await heapInUse()
  const sessions = await new Promise<number>((resolve) => {
    store.length((_error, length) => {
      resolve(length ?? 0)
    })
  })
  return { heap, sessions, unhandled, warnings }
}

let ahead = 0
process.on('message', ({ secondsAhead = 0 }: Question) => {
  ahead += secondsAhead
  putClock(ahead)
  void health().then((response) => process.send?.(response))
})
process.send?.({ url })
