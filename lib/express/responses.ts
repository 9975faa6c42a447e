import type { NextFunction, Request, Response } from 'express'
import type { OneLoginError } from '../errors.ts'

/** Whether a request is a browser loading a page, which can be redirected. A fetch or a form post cannot. */
export function isNavigation(req: Request): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = req.headers
  // Node's fetch sends the mode "cors" and no destination. A browser sends both or neither.
  return req.method === 'GET' && (mode === 'navigate' || destination === undefined) && acceptsHtml(req)
}

/** Whether a browser will show the response as a page. Includes form posts, which cannot be repeated. */
export function isPageLoad(req: Request): boolean {
  return isNavigation(req) || (req.headers['sec-fetch-mode'] === 'navigate' && acceptsHtml(req))
}

function acceptsHtml({ headers }: Request): boolean {
  return headers.accept?.includes('text/html') ?? false
}

/** Keeps the address of a callback, which holds a code and a state, out of caches and from other sites. */
export function keepAddressPrivate(res: Response): void {
  res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
}

/** Redirects the browser so that no cache stores the response and a POST becomes a GET. */
export function redirect(res: Response, url: string): void {
  // Leaves out the page that Express would add. No user sees it, and express-session would send most of it, with the
  // headers, before the session is in its store.
  res.status(303).location(url).set({ 'Cache-Control': 'no-store', 'Content-Length': '0' }).end()
}

/**
 * Rejects a request. For a page load, passes the error to the app's error handler. For any other request, responds
 * with a problem document.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function refuse(req: Request, res: Response, next: NextFunction, error: OneLoginError): void {
  if (isPageLoad(req)) {
    next(error)
    return
  }
  // Return codes are for the service only: they show which check failed.
  const { status, code, message } = error
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ title: message, status, code }))
}
