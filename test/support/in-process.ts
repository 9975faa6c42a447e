import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'

/** The response to a request. */
export interface InProcessResponse {
  readonly status: number
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly header: (name: string) => string
  readonly body: string
}

/** Sends a GET request to an app without a network, so that the caller controls each turn of the event loop. */
export async function sendInProcess(
  app: RequestListener,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<InProcessResponse> {
  const request = new IncomingMessage(new Socket())
  Object.assign(request, { method: 'GET', url, headers: { host: 'service.example', ...headers } })
  request.push(null)
  const response = new ServerResponse(request)
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  response.assignSocket(sink as unknown as Socket)
  return new Promise((resolve) => {
    response.on('finish', () => {
      const text = Buffer.concat(chunks).toString()
      resolve({
        status: response.statusCode,
        location: response.getHeader('location') as string | undefined,
        cookies: [response.getHeader('set-cookie') ?? []].flat() as string[],
        header: (name) => String(response.getHeader(name) ?? ''),
        body: text.slice(text.indexOf('\r\n\r\n') + 4),
      })
    })
    app(request, response)
  })
}
