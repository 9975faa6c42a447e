import * as http from 'node:http'
import { listen } from './listen.ts'

/** A request as the server saw it. */
export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** A real server on its own port. The test sets its responses. */
export interface ScriptedServer extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  readonly url: string
  readonly requests: ReceivedRequest[]
  /** Replaces the response to all further requests. */
  respondWith(responder: Responder): void
}

/** Responds to one request. If it does nothing, the request hangs. */
export type Responder = (response: http.ServerResponse, request: ReceivedRequest) => unknown

/** Starts a server on 127.0.0.1 that sends the same response to all requests. */
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

/** A JSON response. */
export function json(content: unknown, headers: http.OutgoingHttpHeaders = {}, status = 200): Responder {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(content))
  }
}

/** A response with any text. */
export function text(content: string, headers: http.OutgoingHttpHeaders = {}, status = 200): Responder {
  return (response) => {
    response.writeHead(status, headers)
    response.end(content)
  }
}
