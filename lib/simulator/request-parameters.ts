import type { Request } from 'express'

/** The raw query string of a request, without the question mark. */
export function queryString(req: Request): string {
  const start = req.originalUrl.indexOf('?')
  return start === -1 ? '' : req.originalUrl.slice(start + 1)
}

/** The query parameters of a request, read from the URL so that Express 4 and 5 give the same. */
export function queryOf(req: Request): URLSearchParams {
  return new URLSearchParams(queryString(req))
}

/** The fields of a form in the body. The content type does not count, as it does not for the provider. */
export function formOf(req: Request): URLSearchParams {
  return new URLSearchParams(typeof req.body === 'string' ? req.body : '')
}
