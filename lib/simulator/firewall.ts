import type { RequestHandler } from 'express'
import { page } from './reply.ts'
import type { RequestLog } from './request-log.ts'
import { queryString } from './request-parameters.ts'
import { send } from './send.ts'

const longestQuery = 2048
const longestAuthorizationQuery = 4096

const blocked = `<!DOCTYPE html>
<html lang="en"><head><title>ERROR: The request could not be satisfied</title></head>
<body><h1>403 ERROR</h1><p>The request could not be satisfied.</p></body></html>
`

/**
 * One Login's firewall. It blocks calls without a `User-Agent` and query strings that are too long.
 *
 * @param log records why a request was blocked
 */
export function firewall(log: RequestLog): RequestHandler {
  return (req, res, next) => {
    const limit = req.path === '/authorize' ? longestAuthorizationQuery : longestQuery
    const { length } = queryString(req)
    // Node removes white space around it.
    const hasAgent = Boolean(req.headers['user-agent'])
    if (hasAgent && length <= limit) {
      next()
      return
    }
    log.explain(
      req,
      hasAgent ? `the query has ${length} characters, over ${limit}` : 'the request has no User-Agent',
    )
    send(res, page(403, blocked))
  }
}
