import express, { type Router } from 'express'
import type { OneLoginStrategy } from 'passport-govuk-one-login'

/** The pages of the service. */
export function pageRoutes(oneLogin: OneLoginStrategy): Router {
  const router = express.Router()

  router.get('/', (_req, res) => {
    res.render('start')
  })
  router.get('/signed-out', (req, res) => {
    res.render('signed-out', { asked: req.query.state === 'asked' })
  })

  router.get('/account', oneLogin.requireAuthentication(), (_req, res) => {
    res.render('account')
  })

  router.get('/identity', oneLogin.requireIdentity({ level: 'P2' }), (_req, res) => {
    res.render('identity')
  })
  // The guard above asks once; this asks again, when the user wants it.
  router.get(
    '/identity/try-again',
    oneLogin.requireAuthentication(),
    oneLogin.signIn({ vtr: ['Cl.Cm.P2'], returnTo: '/identity' }),
  )

  // Where the money goes: the user proves again that it is them, for this page and for sending it.
  const justNow = oneLogin.requireAuthentication({ reauthenticateWithin: '5m' })
  router.get('/bank-details', justNow, (_req, res) => {
    res.render('bank-details')
  })
  router.post('/bank-details', justNow, (req, res) => {
    const { account = '' } = req.body as { account?: string }
    // A real service would keep it now.
    if (/^\d{6,8}$/.test(account.replaceAll(/[\s-]/g, ''))) res.redirect(303, '/bank-details/changed')
    else res.status(400).render('bank-details', { account, invalid: true })
  })
  router.get('/bank-details/changed', oneLogin.requireAuthentication(), (_req, res) => {
    res.render('bank-details-changed')
  })
  return router
}
