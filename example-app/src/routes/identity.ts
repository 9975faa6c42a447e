import express, { type Router } from 'express'
import type { LandingOptions, OneLoginStrategy } from 'passport-govuk-one-login'

/** The pages for which users prove their identity. */
export function identityRoutes(oneLogin: OneLoginStrategy): Router {
  const router = express.Router()
  router.get('/identity', oneLogin.requireIdentity({ level: 'P2' }), (_req, res) => res.render('identity'))
  // The guard above asks once; this asks again, when the user wants it.
  const prove = oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/identity' })
  router.get('/identity/try-again', oneLogin.requireAuthentication(), prove)
  return router
}

/** Where users come back to after an identity check at a Post Office. */
export const identityLanding: LandingOptions = {
  level: 'P2',
  page: (_req, res) => res.render('identity-in-person'),
  returnTo: '/identity',
}
