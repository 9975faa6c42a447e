import type { Response } from 'express'
import type { Reply } from './reply.ts'

/** Sends a response unchanged. */
export function send(res: Response, { status, headers, body }: Reply): void {
  res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  res.end(body)
}
