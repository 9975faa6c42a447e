import type { ServerResponse } from 'node:http'
import type { Response } from 'express'

/**
 * Does work before a response ends, for a process that stops after its response, such as AWS Lambda. Errors are
 * ignored, because the response is already complete.
 */
export function beforeResponseEnds(res: Response, work: () => Promise<void>): void {
  // Fastify's reply wraps the Node response and ends that.
  const target = 'raw' in res ? (res.raw as ServerResponse) : (res as ServerResponse)
  const end = target.end.bind(target) as (...args: readonly unknown[]) => unknown
  let hasEnded = false
  target.end = ((...args: readonly unknown[]) => {
    if (!hasEnded) {
      hasEnded = true
      void work()
        .catch(() => undefined)
        .then(() => end(...args))
    }
    return target
  }) as ServerResponse['end']
}
