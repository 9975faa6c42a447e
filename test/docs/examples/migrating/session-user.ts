import type { RequestHandler } from 'express'

/** Gives pages that read `req.session.user` the user of Passport. Nothing is stored, so a sign-out reaches it too. */
export const sessionUser: RequestHandler = (req, _res, next) => {
  Object.defineProperty(req.session, 'user', { configurable: true, enumerable: false, get: () => req.user })
  next()
}
