import { connect } from 'node:net'

/** The response as it was received. */
export interface RawResponse {
  readonly status: number
  /** Every header line, unchanged. */
  readonly head: string
  readonly location: string | undefined
}

/** Sends a request line and headers that no HTTP client would send. */
export async function sendRaw(
  address: string,
  requestLine: string,
  headers: readonly string[] = [],
): Promise<RawResponse> {
  const { hostname, port, host } = new URL(address)
  const named = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`]
  const lines = [requestLine, ...named, 'Connection: close', 'Accept: text/html', ...headers, '', '']
  const socket = connect(Number(port), hostname)
  socket.setEncoding('latin1').write(lines.join('\r\n'), 'latin1')
  let text = ''
  for await (const chunk of socket as AsyncIterable<string>) text += chunk
  const [head = ''] = text.split('\r\n\r\n')
  return {
    head,
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    location: /^location: (.*)$/im.exec(head)?.[1]?.trim(),
  }
}
