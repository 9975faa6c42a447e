import type { IncomingHttpHeaders } from 'node:http'
import { isJsonObject, type JsonObject } from './keys/jwt.ts'

/** What somebody asked of the simulator. */
export interface Call {
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly query: URLSearchParams
  /** The fields of a form in the body. */
  readonly form: URLSearchParams
}

/** What an endpoint responds with. A value, so that a fault can change it before it is sent. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What was wrong with the request. It is not sent, only written down. */
  readonly problem?: string
}

/** An response in JSON. */
export function json(status: number, value: JsonObject, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** An response in plain text. */
export function text(status: number, body: string): Reply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body }
}

/** A page for a person. */
export function page(status: number, body: string): Reply {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
  return { status, headers, body }
}

/** A redirect of the browser, with the address exactly as it is. */
export function redirection(address: string): Reply {
  return { status: 302, headers: { Location: address }, body: '' }
}

/** The reply with its JSON object changed. A reply that has none stays as it is. */
export function withJson(reply: Reply, change: (value: JsonObject) => unknown): Reply {
  if (!reply.body.startsWith('{')) return reply
  const value: unknown = JSON.parse(reply.body)
  return isJsonObject(value) ? { ...reply, body: JSON.stringify(change(value)) } : reply
}

/** The object without some of its members. */
export function without(value: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}
