import type { Request } from 'express'

/** The fields of a form in the body. The content type does not count, as it does not for the provider. */
export function formOf(req: Request): URLSearchParams {
  return new URLSearchParams(typeof req.body === 'string' ? req.body : '')
}
