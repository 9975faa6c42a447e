import type { IncomingHttpHeaders } from 'node:http'
import { isJsonObject, type JsonObject } from './keys/jwt.ts'

/** A request to the simulator. */
export interface Call {
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly query: URLSearchParams
  /** The fields of the form in the body. */
  readonly form: URLSearchParams
}

/** The response of an endpoint. It is a value, so that a fault can change it before it is sent. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The problem with the request. It is logged but not sent. */
  readonly problem?: string
}

/** A response in JSON. */
export function json(status: number, value: JsonObject, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** A response in plain text. */
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

/** A redirect of the browser. The address is sent unchanged. */
export function redirection(address: string): Reply {
  return { status: 302, headers: { Location: address }, body: '' }
}

/** Returns the reply with its JSON object changed. A reply without one is returned unchanged. */
export function withJson(reply: Reply, change: (value: JsonObject) => unknown): Reply {
  if (!reply.body.startsWith('{')) return reply
  const value: unknown = JSON.parse(reply.body)
  return isJsonObject(value) ? { ...reply, body: JSON.stringify(change(value)) } : reply
}

/** Returns the object without some of its members. */
export function without(value: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}
