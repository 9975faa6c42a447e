import express, { type Router } from 'express'
import type { OneLoginStrategy } from 'passport-govuk-one-login'

/** The pages of the service, and what each needs of its user. */
export function pageRoutes(oneLogin: OneLoginStrategy): Router {
  const router = express.Router()
  const signedIn = oneLogin.requireAuthentication()
  const identified = oneLogin.requireIdentity({ level: 'P2' })
  const signedInJustNow = oneLogin.requireAuthentication({ reauthenticateWithin: '5m' })

  router.get('/', (_req, res) => res.render('start'))
  router.get('/signed-out', (req, res) => res.render('signed-out', { asked: req.query.state === 'asked' }))
  router.get('/account', signedIn, (_req, res) => res.render('account'))

  router.get('/identity', identified, (_req, res) => res.render('identity'))
  // The guard above asks once; this asks again, when the user wants it.
  const prove = oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/identity' })
  router.get('/identity/try-again', signedIn, prove)

  // Where money goes, the user proves once more that it is them.
  router.get('/bank-details', signedInJustNow, (_req, res) => res.render('bank-details'))
  router.post('/bank-details', signedInJustNow, (req, res) => {
    const { account = '' } = req.body as { account?: string }
    // This is where a real service would keep it.
    if (/^\d{6,8}$/.test(account.replaceAll(/[\s-]/g, ''))) res.redirect(303, '/bank-details/changed')
    else res.status(400).render('bank-details', { account, isInvalid: true })
  })
  router.get('/bank-details/changed', signedIn, (_req, res) => res.render('bank-details-changed'))
  return router
}
