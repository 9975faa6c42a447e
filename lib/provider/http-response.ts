import type { IncomingHttpHeaders } from 'node:http'

/**
 * A response from One Login, with its whole body. It has the members of `Response` that openid-client uses. A real
 * `Response`, with its streams, would cost more.
 */
export class HttpResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly bodyUsed = false
  readonly body = null
  readonly #text: string

  constructor(status: number, headers: IncomingHttpHeaders, text: string) {
    this.status = status
    this.headers = { get: (name) => single(headers[name.toLowerCase()]) }
    this.#text = text
  }

  /** openid-client uses this to recognise a `Response`. */
  get [Symbol.toStringTag](): string {
    return Response.name
  }

  text(): Promise<string> {
    return Promise.resolve(this.#text)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown
  }

  /** openid-client clones a response before it reads it. This one can be read many times. */
  clone(): this {
    return this
  }
}

function single(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}
