import * as http from 'node:http'
import * as https from 'node:https'
import type { Failure, Page } from './page.ts'

const longestBody = 5_000_000

interface Call {
  readonly method: string
  readonly headers: http.OutgoingHttpHeaders
  readonly timeout: number
  readonly signal: AbortSignal
}

/**
 * Sends one HTTP request on a new connection.
 *
 * @throws the reason of the signal, if the run is stopped before the end
 */
export async function call(
  url: URL,
  { method, headers, timeout, signal }: Call,
  body?: string,
): Promise<Omit<Page, 'trail'>> {
  const { request } = url.protocol === 'https:' ? https : http
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const fail = (failure: Failure) => {
      if (signal.aborted) reject(signal.reason as Error)
      else resolve({ method, url: url.href, status: 0, headers: {}, body: '', failure })
    }
    const deadline = AbortSignal.timeout(timeout)
    const ends = AbortSignal.any([deadline, signal])
    const sent = request(url, { method, headers, agent: false, signal: ends }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (text.length < longestBody) text += chunk
      })
      response.on('error', () => fail(deadline.aborted ? 'timeout' : 'cut'))
      response.on('end', () => {
        const { statusCode: status = 0 } = response
        resolve({ method, url: url.href, status, headers: response.headers, body: text })
      })
    })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      fail(deadline.aborted ? 'timeout' : error.code === 'ECONNREFUSED' ? 'refused' : 'cut'),
    )
    sent.end(body)
  })
}
