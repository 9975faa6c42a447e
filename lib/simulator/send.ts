import type { Response } from 'express'
import type { Reply } from './reply.ts'

/** Sends a response, exactly as it is. */
export function send(res: Response, { status, headers, body }: Reply): void {
  res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  res.end(body)
}
