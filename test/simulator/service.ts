import { createServer, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { listen } from '../support/listen.ts'

/** A request that a service received. */
export interface ReceivedCall {
  readonly method: string
  readonly url: string
  readonly type: string
  readonly agent: string
  readonly connection: string
  readonly body: string
}

/** A service that the simulator calls. It responds with the next of these statuses, and repeats the last one. */
export interface Service {
  readonly url: string
  readonly calls: ReceivedCall[]
  respondWith(...responses: (number | object)[]): void
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Starts a service that is closed when the test ends. A number is a status, an object a JSON document. */
export async function startService(...initial: (number | object)[]): Promise<Service> {
  const calls: ReceivedCall[] = []
  let responses = initial
  const server = createServer((req, res) => {
    void bodyOf(req).then((body) => {
      const { 'content-type': type = '', 'user-agent': agent = '', connection = '' } = req.headers
      calls.push({ method: req.method ?? '', url: req.url ?? '', type, agent, connection, body })
      const response = responses.length > 1 ? responses.shift() : responses[0]
      if (typeof response === 'object')
        res.setHeader('Content-Type', 'application/json').end(JSON.stringify(response))
      else res.writeHead(response ?? 200).end()
    })
  })
  const listening = await listen(server)
  onTestFinished(() => listening[Symbol.asyncDispose]())
  return {
    url: `${listening.url}/`,
    calls,
    respondWith: (...next) => {
      responses = next
    },
  }
}
