import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Response } from 'express'
import { redirection, type Reply } from '../reply.ts'
import { send } from '../send.ts'
import type { Fault, Faults } from './fault.ts'

/** A response before it is sent, and what a fault needs to deliver it. */
export interface Delivery {
  readonly res: Response
  readonly issuer: string
  /** Ends every wait when the simulator closes. */
  readonly closing: AbortSignal
  readonly seconds: number | undefined
  /** Processes the request. If a fault does not call it, the simulator does not process the request. */
  readonly respond: () => Promise<Reply>
}

/** Delivers a response in another way. */
export type Deliver = (delivery: Delivery) => Promise<void> | void

const defaultDelay = 2
/** In milliseconds. */
const timeToRead = 50
const chunk = Buffer.alloc(64 * 1024, ' ')
const chunks = 160

const gatewayFault = (status: number): Fault<Deliver> => ({
  changes: [`a gateway's page with status ${status} instead of the response`],
  apply: ({ res }) => send(res, gatewayPage(status)),
})

/** Ways in which the network, or a gateway in front of One Login, can fail at one endpoint. */
export const networkFaults = {
  // A connection that the operating system refuses affects the whole port: use `stopListening()` for that.
  refuse: {
    changes: ['no response: the connection closes at once'],
    apply: ({ res }) => {
      res.socket?.destroy()
    },
  },
  hang: {
    changes: ['no response: the connection stays open'],
    apply: () => undefined,
  },
  reset: {
    changes: ['half of the response, then a TCP reset'],
    apply: async ({ res, respond, closing }) => {
      await sendHalf(res, await respond())
      // A caller that has not read the first half would see the end of the connection instead of the reset.
      await wait(timeToRead, undefined, { signal: closing, ref: false })
      res.socket?.resetAndDestroy()
    },
  },
  truncated: {
    changes: ['half of the response, then the connection ends'],
    apply: async ({ res, respond }) => {
      await sendHalf(res, await respond())
      res.socket?.destroySoon()
    },
  },
  slow: {
    changes: ['the response comes after 2 seconds, or after the number that you set'],
    apply: async ({ res, respond, seconds = defaultDelay, closing }) => {
      await wait(seconds * 1000, undefined, { signal: closing, ref: false })
      send(res, await respond())
    },
  },
  oversized: {
    changes: ['10 MB of white space after the response'],
    apply: async ({ res, respond }) => sendOversized(res, await respond()),
  },
  html: gatewayFault(200),
  '429': gatewayFault(429),
  '500': gatewayFault(500),
  '502': gatewayFault(502),
  '503': gatewayFault(503),
  '504': gatewayFault(504),
  redirect: {
    changes: ['a redirect to a path that does not exist, instead of the response'],
    apply: ({ res, issuer }) => send(res, redirection(`${issuer}nothing-here`)),
  },
} satisfies Faults<Deliver>

/** A way in which the network can fail. */
export type NetworkFault = keyof typeof networkFaults

/** Whether a fault is a network fault. */
export const isNetworkFault = (fault: string): fault is NetworkFault => Object.hasOwn(networkFaults, fault)

function gatewayPage(status: number): Reply {
  const body = `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>Gateway page</h1></body></html>\n`
  const headers = { 'Content-Type': 'text/html', ...(status === 429 && { 'Retry-After': '1' }) }
  return { status, headers, body }
}

async function sendHalf(res: Response, reply: Reply): Promise<void> {
  const body = Buffer.from(reply.body === '' ? '  ' : reply.body)
  res.writeHead(reply.status, { ...reply.headers, 'Content-Length': body.length })
  await new Promise<void>((resolve) => res.write(body.subarray(0, body.length / 2), () => resolve()))
}

async function sendOversized(res: Response, reply: Reply): Promise<void> {
  const body = Buffer.from(reply.body)
  res.writeHead(reply.status, { ...reply.headers, 'Content-Length': body.length + chunks * chunk.length })
  await pipeline(Readable.from([body, ...Array<Buffer>(chunks).fill(chunk)]), res)
}
