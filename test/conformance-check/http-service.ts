import { createServer, type IncomingMessage } from 'node:http'
import { listen as listenOn } from '../support/listen.ts'

/** A request as the fixtures read it. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly cookies: ReadonlyMap<string, string>
  readonly form: URLSearchParams
}

/** The response of a fixture. */
export interface Given {
  readonly status?: number
  /** Closes the connection instead. */
  readonly isCut?: boolean
  readonly location?: string
  readonly html?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Starts a server on this machine, on a free port if none is named. */
export async function listen(answer: (asked: Asked) => Promise<Given>, port = 0) {
  const server = createServer((req, res) => {
    void read(req)
      .then(answer)
      .then(({ status = 200, isCut = false, location, html = '', headers = {} }) => {
        if (isCut) {
          req.socket.destroy()
          return
        }
        const type = { 'content-type': 'text/html; charset=utf-8', connection: 'close' }
        const redirect = location === undefined ? {} : { location }
        res.writeHead(location === undefined ? status : 302, { ...type, ...redirect, ...headers }).end(html)
      })
  })
  const listening = await listenOn(server, port)
  return { url: listening.url, close: () => listening[Symbol.asyncDispose]() }
}

async function read(req: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const isForm = req.headers['content-type'] === 'application/x-www-form-urlencoded'
  const pairs = (req.headers.cookie ?? '').split('; ').map((pair) => pair.split('='))
  return {
    method: req.method ?? 'GET',
    url: new URL(`http://service.example${(req.url ?? '/').replace(/^\/+/, '/')}`),
    headers: req.headers,
    cookies: new Map(pairs.map(([name = '', value = '']) => [name, value])),
    form: new URLSearchParams(isForm ? Buffer.concat(chunks).toString() : ''),
  }
}
