import express, { type Router } from 'express'
import type { Simulator } from 'passport-govuk-one-login/simulator'

const shown = ['authorize', 'token', 'userinfo', 'logout']

/** Shows what went over the wire; only where a simulator plays One Login. */
export function developmentRoutes({ requests, url }: Simulator): Router {
  return express.Router().get('/', ({ user }, res) => {
    const latest = requests.filter(({ endpoint }) => shown.includes(endpoint)).slice(-12)
    res.render('development', { latest: latest.reverse(), user, url })
  })
}
