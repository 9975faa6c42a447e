import express, { type Router } from 'express'
import type { Simulator } from 'passport-govuk-one-login/simulator'

/** Shows what went over the wire; only where a stand-in plays One Login. */
export function developmentRoutes({ requests, url }: Simulator): Router {
  const shown = ['authorize', 'token', 'userinfo', 'logout']
  return express.Router().get('/', ({ session, user }, res) => {
    const latest = requests.filter(({ endpoint }) => shown.includes(endpoint)).slice(-12)
    const idToken = session.oneLogin?.signedIn?.idToken
    res.render('development', { latest: latest.reverse(), idToken: idToken && decode(idToken), user, url })
  })
}

// Verified when it came; this is for reading only.
function decode(jwt: string): unknown[] {
  const parts = jwt.split('.').slice(0, 2)
  return parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown)
}
