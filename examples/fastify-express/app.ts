import fastifyExpress from '@fastify/express'
import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import passport from 'passport'
import { isOneLoginError, OneLoginStrategy } from 'passport-govuk-one-login'
import type { OneLoginOptions, OneLoginUser } from 'passport-govuk-one-login'

/** Creates the service: with the options of the environment in `main.ts`, and with the simulator's in tests. */
export async function createApp(options: OneLoginOptions, secret: string): Promise<FastifyInstance> {
  const isProduction = process.env.NODE_ENV === 'production'
  const oneLogin = new OneLoginStrategy(options)
  passport.use(oneLogin)
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user: OneLoginUser, done) => done(null, user))

  // Trusts a load balancer on a private address. Without this, secure cookies are never set.
  const app = Fastify({ trustProxy: isProduction && ['loopback', 'uniquelocal'] })
  app.setErrorHandler((error, _request, reply) => {
    if (!isOneLoginError(error)) throw error
    return reply.status(error.status).send(`${error.retryable ? 'Try again' : 'Sorry'}: ${error.code}`)
  })
  await app.register(fastifyExpress)
  const cookie = { httpOnly: true, sameSite: 'lax', secure: isProduction } as const
  app.use(session({ secret, resave: false, saveUninitialized: false, cookie }))
  app.use(passport.session())
  app.use(oneLogin.session())
  app.use(oneLogin.routes())

  app.get('/', (request) => {
    const user = userOf(request)
    return user ? `Hello ${user.email ?? 'you'}` : 'Nobody is signed in'
  })
  app.get('/dragons', { onRequest: guard(oneLogin.requireAuthentication()) }, (request) => {
    return `Dragons of ${userOf(request)?.email ?? 'you'}`
  })
  app.get('/treasure', { onRequest: guard(oneLogin.requireIdentity({ level: 'P2' })) }, (request) => {
    const identity = userOf(request)?.identity
    return `Treasure of ${identity?.proven ? identity.name.full : ''}`
  })
  return app
}

/** The user that `passport.session()` found in the session. */
function userOf({ raw }: FastifyRequest): OneLoginUser | undefined {
  return (raw as Request).user as OneLoginUser | undefined
}

/** Turns a guard into a hook. @fastify/express has added the members of Express to the raw request and response. */
function guard(handler: RequestHandler) {
  return function onRequest(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) {
    void handler(request.raw as Request, reply.raw as unknown as Response, (error?: unknown) => {
      done(error as Error | undefined)
    })
  }
}
