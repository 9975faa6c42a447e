import type { ServerResponse } from 'node:http'
import type { Response } from 'express'

/**
 * Does something before a response ends, so that a process that is stopped after its response, as in AWS Lambda, has
 * done it. What fails is left out: the response is ready, and there is nobody left to tell.
 */
export function beforeResponseEnds(res: Response, work: () => Promise<void>): void {
  // Fastify ends the response of Node that its reply is made of.
  const target = 'raw' in res ? (res.raw as ServerResponse) : (res as ServerResponse)
  const end = target.end.bind(target) as (...given: readonly unknown[]) => unknown
  let hasEnded = false
  target.end = ((...given: readonly unknown[]) => {
    if (!hasEnded) {
      hasEnded = true
      void work()
        .catch(() => undefined)
        .then(() => end(...given))
    }
    return target
  }) as ServerResponse['end']
}
