import type { NextFunction, Request, Response } from 'express'
import { queryString } from './request-log.ts'

const longestQuery = 2048
const longestAuthorizationQuery = 4096

const page = `<!DOCTYPE html>
<html lang="en"><head><title>ERROR: The request could not be satisfied</title></head>
<body><h1>403 ERROR</h1><p>The request could not be satisfied.</p></body></html>
`

/**
 * What stands in front of the provider: calls without a `User-Agent` and query strings that are too long never
 * reach it.
 */
export function firewall(req: Request, res: Response, next: NextFunction): void {
  const limit = req.path === '/authorize' ? longestAuthorizationQuery : longestQuery
  const agent = req.headers['user-agent']?.trim() ?? ''
  if (agent !== '' && queryString(req).length <= limit) {
    next()
    return
  }
  res.status(403).type('html').send(page)
}
