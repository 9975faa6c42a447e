import express, { type Router } from 'express'
import type { Simulator } from 'passport-govuk-one-login/simulator'

const shown = ['authorize', 'token', 'userinfo', 'logout']
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown

/** Shows what went over the wire; only where a simulator plays One Login. */
export function developmentRoutes({ requests, url }: Simulator): Router {
  return express.Router().get('/', ({ session, user }, res) => {
    const latest = requests.filter(({ endpoint }) => shown.includes(endpoint)).slice(-12)
    const idToken = session.oneLogin?.signedIn?.idToken.split('.').slice(0, 2).map(decode)
    res.render('development', { latest: latest.reverse(), idToken, user, url })
  })
}
