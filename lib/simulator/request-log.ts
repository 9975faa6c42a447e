import type { IncomingHttpHeaders } from 'node:http'
import type { NextFunction, Request, Response } from 'express'
import { decodeJwt, type JsonObject } from './keys/jwt.ts'
import { formOf, queryOf } from './request-parameters.ts'

const paths = {
  discovery: '/.well-known/openid-configuration',
  jwks: '/.well-known/jwks.json',
  did: '/.well-known/did.json',
  trustmark: '/trustmark',
  authorize: '/authorize',
  'sign-in': '/sign-in',
  token: '/token',
  userinfo: '/userinfo',
  logout: '/logout',
} as const

/** A place at the simulator that a service or a browser can call. */
export type SimulatorEndpoint = keyof typeof paths

/** A JWT that the service sent, decoded. */
export interface SentJwt {
  readonly header: JsonObject
  readonly claims: JsonObject
}

/** What a service or a browser sent to the simulator. */
export interface RecordedRequest {
  /** Which endpoint; `unknown` for any other path. */
  readonly endpoint: SimulatorEndpoint | 'unknown'
  readonly method: string
  readonly path: string
  readonly headers: Readonly<IncomingHttpHeaders>
  /** Query parameters, or those of the form in the body. One that came twice has its last value. */
  readonly params: Readonly<Record<string, string>>
  /** The request object of an authorization request. */
  readonly requestObject?: SentJwt
  /** The client assertion of a token request. */
  readonly clientAssertion?: SentJwt
  /** The status the simulator answered with; missing while it has not, and when a fault left no answer. */
  readonly status?: number
  /** What was wrong with it in plain words, also where the provider's answer says no more than "Invalid request". */
  readonly problem?: string
}

const longest = 1000

function endpointOf(path: string): RecordedRequest['endpoint'] {
  const names = Object.keys(paths) as SimulatorEndpoint[]
  return names.find((name) => paths[name] === path) ?? 'unknown'
}

function sentJwt(compact: string | undefined): SentJwt | undefined {
  const jwt = compact === undefined ? undefined : decodeJwt(compact)
  return jwt && { header: jwt.header, claims: jwt.claims }
}

/** Keeps what was sent, newest last; of a simulator that runs for long, the last thousand. */
export class RequestLog {
  readonly entries: RecordedRequest[] = []
  readonly #entryOf = new WeakMap<Request, RecordedRequest>()

  /** Middleware; needs the body as text. */
  readonly record = (req: Request, res: Response, next: NextFunction): void => {
    const params = Object.fromEntries([...queryOf(req), ...formOf(req)])
    const requestObject = sentJwt(params.request)
    const clientAssertion = sentJwt(params.client_assertion)
    const entry = {
      endpoint: endpointOf(req.path),
      method: req.method,
      path: req.path,
      headers: req.headers,
      params,
      ...(requestObject && { requestObject }),
      ...(clientAssertion && { clientAssertion }),
    }
    this.entries.push(entry)
    this.#entryOf.set(req, entry)
    if (this.entries.length > longest) this.entries.shift()
    res.once('finish', () => Object.assign(entry, { status: res.statusCode }))
    next()
  }

  /** Writes down what was wrong with a request. */
  explain(req: Request, problem: string): void {
    Object.assign(this.#entryOf.get(req) ?? {}, { problem })
  }
}
