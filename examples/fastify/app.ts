import cookie from '@fastify/cookie'
import { Authenticator } from '@fastify/passport'
import session from '@fastify/session'
import Fastify, { type FastifyInstance } from 'fastify'
import { isOneLoginError, OneLoginStrategy } from 'passport-govuk-one-login'
import type { OneLoginOptions, OneLoginUser } from 'passport-govuk-one-login'
import { hook } from './express-middleware.ts'

declare module 'fastify' {
  interface PassportUser extends OneLoginUser {}
}

/** Creates the service: with the options of the environment in `main.ts`, and with the simulator's in tests. */
export async function createApp(options: OneLoginOptions, secret: string): Promise<FastifyInstance> {
  const isProduction = process.env.NODE_ENV === 'production'
  const oneLogin = new OneLoginStrategy(options)
  const passport = new Authenticator()
  passport.use(oneLogin)
  passport.registerUserSerializer((user: OneLoginUser) => Promise.resolve(user))
  passport.registerUserDeserializer((user: OneLoginUser) => Promise.resolve(user))

  // Trusts a load balancer on a private address. Without this, secure cookies are never set.
  const app = Fastify({ trustProxy: isProduction && ['loopback', 'uniquelocal'] })
  app.setErrorHandler((error, _request, reply) => {
    if (!isOneLoginError(error)) throw error
    return reply.status(error.status).send(`${error.retryable ? 'Try again' : 'Sorry'}: ${error.code}`)
  })
  await app.register(cookie)
  await app.register(session, {
    secret,
    cookie: { httpOnly: true, sameSite: 'lax', secure: isProduction },
    cookiePrefix: 's:', // as in express-session, so that logout() finds the cookie
    saveUninitialized: false, // no cookie until someone signs in
    rolling: false, // a slow request must not send a cookie that a sign-in has replaced
  })
  await app.register(passport.initialize())
  app.addHook('onRequest', passport.authenticate('session'))
  app.addHook('onRequest', hook(oneLogin.session()))
  app.addHook('onRequest', hook(oneLogin.routes()))

  app.get('/', ({ user }) => (user ? `Hello ${user.email ?? 'you'}` : 'Nobody is signed in'))
  app.get('/dragons', { onRequest: hook(oneLogin.requireAuthentication()) }, ({ user }) => {
    return `Dragons of ${user?.email ?? 'you'}`
  })
  app.get('/treasure', { onRequest: hook(oneLogin.requireIdentity({ level: 'P2' })) }, ({ user }) => {
    return `Treasure of ${user?.identity?.proven ? user.identity.name.full : ''}`
  })
  return app
}
