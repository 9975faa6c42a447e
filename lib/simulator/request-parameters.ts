import type { Request } from 'express'

/** Returns the raw query string of a request, without the question mark. */
export function queryString(req: Request): string {
  const start = req.originalUrl.indexOf('?')
  return start === -1 ? '' : req.originalUrl.slice(start + 1)
}

/** Returns the query parameters of a request. Reads the URL, so that Express 4 and 5 give the same result. */
export function queryOf(req: Request): URLSearchParams {
  return new URLSearchParams(queryString(req))
}

/** Returns the fields of the form in the body. Ignores the content type, as One Login does. */
export function formOf(req: Request): URLSearchParams {
  return new URLSearchParams(typeof req.body === 'string' ? req.body : '')
}
