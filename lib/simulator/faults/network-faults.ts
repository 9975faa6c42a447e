import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Response } from 'express'
import { redirection, type Reply } from '../reply.ts'
import { send } from '../send.ts'

/**
 * Ways in which the network, or a gateway in front of the provider, can fail at one endpoint.
 *
 * | fault | what the caller sees | does the provider work on the request? |
 * |---|---|---|
 * | `refuse` | the connection is closed before a byte of an answer; a connection refused by the operating system concerns the whole port: that is `stopListening()` | no |
 * | `hang` | no answer, ever | no |
 * | `reset` | half an answer, then a TCP reset | yes |
 * | `truncated` | half an answer, then the end of the connection | yes |
 * | `slow` | the answer, after a while (2 seconds, or those given) | yes |
 * | `oversized` | the answer, followed by 10 MB of white space | yes |
 * | `html` | 200 and a page in place of the answer | no |
 * | `429` to `504` | that status and a gateway's page | no |
 * | `redirect` | 302 to a path where nothing is | no |
 */
export const networkFaults = [
  'refuse',
  'hang',
  'reset',
  'truncated',
  'slow',
  'oversized',
  'html',
  '429',
  '500',
  '502',
  '503',
  '504',
  'redirect',
] as const

/** One way in which the network can fail. */
export type NetworkFault = (typeof networkFaults)[number]

/** Whether a fault is one of the network's. */
export const isNetworkFault = (fault: string): fault is NetworkFault =>
  networkFaults.some((known) => known === fault)

const defaultDelay = 2
const chunk = Buffer.alloc(64 * 1024, ' ')
const chunks = 160

/** An answer that is on its way, and what a fault needs to know of it. */
export interface Delivery {
  readonly res: Response
  readonly issuer: string
  /** Ends every wait when the simulator closes. */
  readonly closing: AbortSignal
  readonly seconds: number | undefined
  readonly answer: () => Promise<Reply>
}

/** Lets an answer fail on its way. */
export async function deliverBroken(fault: NetworkFault, delivery: Delivery): Promise<void> {
  const { res, answer } = delivery
  switch (fault) {
    case 'refuse':
      res.socket?.destroy()
      return
    case 'hang':
      res.socket?.unref()
      return
    case 'reset':
      await sendHalf(res, await answer(), () => res.socket?.resetAndDestroy())
      return
    case 'truncated':
      await sendHalf(res, await answer(), () => res.socket?.destroySoon())
      return
    case 'slow': {
      const delay = (delivery.seconds ?? defaultDelay) * 1000
      await wait(delay, undefined, { signal: delivery.closing, ref: false })
      send(res, await answer())
      return
    }
    case 'oversized':
      await sendOversized(res, await answer())
      return
    case 'html':
      send(res, gatewayPage(200))
      return
    case 'redirect':
      send(res, redirection(`${delivery.issuer}nothing-here`))
      return
    default:
      send(res, gatewayPage(Number(fault)))
  }
}

function gatewayPage(status: number): Reply {
  const body = `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>Gateway page</h1></body></html>\n`
  const headers = { 'Content-Type': 'text/html', ...(status === 429 && { 'Retry-After': '1' }) }
  return { status, headers, body }
}

async function sendHalf(res: Response, reply: Reply, cut: () => void): Promise<void> {
  const body = Buffer.from(reply.body === '' ? '  ' : reply.body)
  res.writeHead(reply.status, { ...reply.headers, 'Content-Length': body.length })
  await new Promise<void>((resolve) => res.write(body.subarray(0, body.length / 2), () => resolve()))
  cut()
}

async function sendOversized(res: Response, reply: Reply): Promise<void> {
  const body = Buffer.from(reply.body)
  res.writeHead(reply.status, { ...reply.headers, 'Content-Length': body.length + chunks * chunk.length })
  // A caller that hangs up has had enough; that is what this is for.
  await pipeline(Readable.from([body, ...Array<Buffer>(chunks).fill(chunk)]), res).catch(() => undefined)
}
