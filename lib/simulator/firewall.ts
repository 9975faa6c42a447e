import type { NextFunction, Request, Response } from 'express'
import { page } from './reply.ts'
import { queryString } from './request-parameters.ts'
import { send } from './send.ts'

const longestQuery = 2048
const longestAuthorizationQuery = 4096

const blocked = `<!DOCTYPE html>
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
  send(res, page(403, blocked))
}
