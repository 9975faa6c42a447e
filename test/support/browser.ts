import * as http from 'node:http'

/** The last response to a page request. */
export interface Page {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  /** The address of the last response. */
  readonly url: string
  /** Every address that was visited, including the last. */
  readonly trail: readonly string[]
}

interface Visit {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** Stops before the first redirect for which this returns true. `true` stops at any redirect. */
  readonly stopAt?: boolean | ((location: string) => boolean)
}

/**
 * A browser without JavaScript. It keeps cookies for each host, follows redirects and sends the headers of a page
 * request.
 */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #agent: http.Agent | false

  /**
   * @param agent keeps connections open, for tests that send very many requests. Without one, each request has its
   * own.
   */
  constructor(agent: http.Agent | false = false) {
    this.#agent = agent
  }

  /** Visits a page and follows its redirects. */
  async visit(address: string, { method = 'GET', headers = {}, body, stopAt }: Visit = {}): Promise<Page> {
    const trail: string[] = []
    let url = address
    let response = await this.send(url, { method, headers, ...(body !== undefined && { body }) })
    trail.push(url)
    while (response.headers.location && trail.length < 20) {
      const next = new URL(response.headers.location, url).href
      if (stopAt === true || (stopAt && stopAt(next))) break
      url = next
      trail.push(url)
      response = await this.send(url)
    }
    return { ...response, url, trail }
  }

  /** Sends one request and follows no redirect. */
  async send(address: string, { method = 'GET', headers = {}, body }: Omit<Visit, 'stopAt'> = {}) {
    const url = new URL(address)
    const jar = this.jar(url.host)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>(
      (resolve, reject) => {
        const request = http.request(
          url,
          {
            method,
            agent: this.#agent,
            headers: {
              accept: 'text/html',
              'user-agent': 'test-browser/1',
              ...(cookie && { cookie }),
              ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
              ...headers,
            },
          },
          (response) => {
            for (const line of response.headers['set-cookie'] ?? []) storeCookie(jar, line)
            let text = ''
            response.setEncoding('utf8')
            response.on('data', (chunk: string) => (text += chunk))
            response.on('error', reject)
            response.on('end', () => {
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
            })
          },
        )
        request.on('error', reject)
        request.end(body)
      },
    )
  }

  /** The cookies of a host, such as `127.0.0.1:3000`. */
  jar(host: string): Map<string, string> {
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    return jar
  }
}

function storeCookie(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const [name = '', ...value] = pair.split('=')
  const expires = attributes.find((attribute) => /^\s*expires=/i.test(attribute))
  if (expires && Date.parse(expires.split('=')[1] ?? '') <= Date.now()) jar.delete(name)
  else jar.set(name, value.join('='))
}
