import type { NextFunction, Request, RequestHandler, Response } from 'express'

/**
 * Makes a middleware of an async function. What it throws goes to `next`: Express 4 would leave the browser
 * waiting for ever.
 */
export function handler(
  work: (req: Request, res: Response, next: NextFunction) => Promise<void> | void,
): RequestHandler {
  return function handle(req, res, next) {
    Promise.resolve()
      .then(() => work(req, res, next))
      .catch(next)
  }
}
