import { connect } from 'node:net'

/** The bytes received, and how the connection ended. */
export interface Received {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** `end` if the server closed the connection in order, otherwise the code of the error. */
  readonly end: string
}

/** Sends a request on a new connection, and reads until the connection ends. */
export async function receive(url: URL, form?: string): Promise<Received> {
  const { text, end } = await exchange(url, requestText(url, form))
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => {
    const [name = '', ...value] = line.split(': ')
    return [name.toLowerCase(), known(name.toLowerCase(), value.join(': '))]
  })
  return {
    status: first === '' ? undefined : Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: withoutPadding(rest.join('\r\n\r\n')),
    end,
  }
}

/** Replaces long padding at the end with its length, because a test that fails takes minutes to compare it. */
export function withoutPadding(text: string): string {
  const last = text.charAt(text.length - 1)
  let length = 1
  while (text.charAt(text.length - length - 1) === last && length < text.length) length += 1
  return length < 1000 ? text : `${text.slice(0, -length)}${length} times "${last}"`
}

/** Replaces the values that are new in each response with placeholders. */
function known(header: string, value: string): string {
  if (header === 'date') return 'now'
  return value
    .replace(/code=[\w-]{43}/, 'code=CODE')
    .replace(/^(one-login-simulator[\w-]*=)[\w-]+/, '$1SESSION')
}

function requestText({ host, pathname, search }: URL, form: string | undefined): string {
  const lines = [
    `${form === undefined ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: test/1.0',
    'Connection: close',
    ...(form === undefined
      ? []
      : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${form ?? ''}`
}

function exchange({ hostname, port }: URL, request: string): Promise<{ text: string; end: string }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let end = 'end'
    const socket = connect(Number(port), hostname, () => socket.write(request))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', (error) => {
      end = 'code' in error ? String(error.code) : error.message
    })
    socket.on('close', () => resolve({ text: Buffer.concat(chunks).toString(), end }))
  })
}
