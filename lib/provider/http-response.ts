import type { IncomingHttpHeaders } from 'node:http'

/**
 * An answer of the provider's, read to its end. It is as much of a `Response` as openid-client looks at; making a
 * real one of each answer, with its streams, would be a tenth of what a sign-in costs.
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

  /** How openid-client tells a `Response`. */
  get [Symbol.toStringTag](): string {
    return Response.name
  }

  /** The body. */
  text(): Promise<string> {
    return Promise.resolve(this.#text)
  }

  /** The body, parsed. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown
  }

  /** It can be read as often as one likes. */
  clone(): this {
    return this
  }
}

function single(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}
