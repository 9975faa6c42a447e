import type { NextFunction, Request, RequestHandler, Response } from 'express'

/**
 * Creates a middleware from an async function. Passes its errors to `next`, because Express 4 would leave the browser
 * waiting.
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
