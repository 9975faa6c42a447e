import express, { type Router } from 'express'
import type { Simulator } from 'passport-govuk-one-login/simulator'

/** What went over the wire; only where a stand-in plays One Login. */
export function developmentRoutes(standIn: Simulator): Router {
  const router = express.Router()
  router.get('/', (_req, res) => {
    res.render('development', { requests: standIn.requests })
  })
  return router
}
