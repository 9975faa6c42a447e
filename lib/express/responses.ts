import type { NextFunction, Request, Response } from 'express'
import type { OneLoginError } from '../errors.ts'

/** Whether a request is a browser going to a page, which can be sent elsewhere; a fetch or a form post cannot. */
export function isNavigation(req: Request): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = req.headers
  // Node's fetch sends the mode "cors" and no destination. A browser sends both, or neither.
  return req.method === 'GET' && (mode === 'navigate' || destination === undefined) && takesPage(req)
}

/** Whether a browser will show the answer as a page: also that of a form post, which cannot be done over. */
export function isPageLoad(req: Request): boolean {
  return isNavigation(req) || (req.headers['sec-fetch-mode'] === 'navigate' && takesPage(req))
}

function takesPage({ headers }: Request): boolean {
  return headers.accept?.includes('text/html') ?? false
}

/** Sends the browser on, in a way that no cache repeats and a POST becomes a GET. */
export function redirect(res: Response, url: string): void {
  // Without the page that Express would write beside it: nobody sees it, and express-session would send the
  // most of it, with the headers, before the session is in its store.
  res.status(303).location(url).set({ 'Cache-Control': 'no-store', 'Content-Length': '0' }).end()
}

/**
 * Refuses a request: a page is the app's to make, so the error goes to its error handler; anything else gets a
 * problem document.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function refuse(req: Request, res: Response, next: NextFunction, error: OneLoginError): void {
  if (isPageLoad(req)) {
    next(error)
    return
  }
  // Return codes are for the service alone: they tell which check failed.
  const { status, code, message } = error
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ title: message, status, code }))
}
