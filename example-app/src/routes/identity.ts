import express, { type Router } from 'express'
import type { LandingOptions, OneLoginStrategy } from 'passport-govuk-one-login'

/** The pages that need a proven identity. */
export function identityRoutes(oneLogin: OneLoginStrategy): Router {
  const router = express.Router()
  router.get('/identity', oneLogin.requireIdentity({ level: 'P2' }), (_req, res) => res.render('identity'))
  // The guard above asks once. This asks again, if the user wants to.
  const prove = oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/identity' })
  router.get('/identity/try-again', oneLogin.requireAuthentication(), prove)
  return router
}

/** The page for users who return from an identity check at a Post Office. */
export const identityLanding: LandingOptions = {
  level: 'P2',
  page: (_req, res) => res.render('identity-in-person'),
  returnTo: '/identity',
}
