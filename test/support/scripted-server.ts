import * as http from 'node:http'
import { listen } from './listen.ts'

/** A request as the server saw it. */
export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** A real server on a port of its own, that answers as a test says. */
export interface ScriptedServer extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  readonly url: string
  readonly requests: ReceivedRequest[]
  /** Replaces the answer to all that comes from now on. */
  respondWith(responder: Responder): void
}

/** Answers one request; one that does nothing lets it hang. */
export type Responder = (response: http.ServerResponse, request: ReceivedRequest) => unknown

/** Starts a server on 127.0.0.1 that answers all requests alike. */
export async function startScriptedServer(responder: Responder): Promise<ScriptedServer> {
  let respond = responder
  const requests: ReceivedRequest[] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const seen = { method, url, headers, body }
      requests.push(seen)
      respond(response, seen)
    })
  })
  const listening = await listen(server)
  return {
    url: listening.url,
    requests,
    respondWith: (next) => (respond = next),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }
}

/** An answer of JSON. */
export function json(content: unknown, headers: http.OutgoingHttpHeaders = {}, status = 200): Responder {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(content))
  }
}

/** An answer of any text. */
export function text(content: string, headers: http.OutgoingHttpHeaders = {}, status = 200): Responder {
  return (response) => {
    response.writeHead(status, headers)
    response.end(content)
  }
}
