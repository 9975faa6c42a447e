import express, { type Router } from 'express'
import type { OneLoginStrategy } from 'passport-govuk-one-login'

/** The pages of the service, with the sign-in that each needs. */
export function pageRoutes(oneLogin: OneLoginStrategy): Router {
  const router = express.Router()
  const signedIn = oneLogin.requireAuthentication()
  const signedInJustNow = oneLogin.requireAuthentication({ reauthenticateWithin: '5m' })

  router.get('/', (_req, res) => res.render('start'))
  router.get('/signed-out', (req, res) => res.render('signed-out', { asked: req.query.state === 'asked' }))
  for (const name of ['contact', 'privacy', 'cookies', 'accessibility'])
    router.get(`/${name}`, (_req, res) => res.render('text', { name }))
  router.get('/account', signedIn, (_req, res) => res.render('account'))

  // Before a user changes where money goes, they must authenticate again.
  router.get('/bank-details', signedInJustNow, ({ query, session }, res) => {
    const isInvalid = query.problem !== undefined
    res.render('bank-details', { isInvalid, ...(isInvalid && (session as { entered?: object }).entered) })
  })
  router.post('/bank-details', signedInJustNow, (req, res) => {
    const { account = '' } = req.body as { account?: string }
    const isValid = /^\d{6,8}$/.test(account.replaceAll(/[\s-]/g, ''))
    // A real service would store a valid number. The redirect lets the user see the problem in the other language
    // too.
    Object.assign(req.session, { entered: isValid ? {} : { account } })
    res.redirect(303, isValid ? '/bank-details/changed' : '/bank-details?problem=account')
  })
  router.get('/bank-details/changed', signedIn, (_req, res) => res.render('bank-details-changed'))
  return router
}
