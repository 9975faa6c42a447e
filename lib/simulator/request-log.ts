import type { IncomingHttpHeaders } from 'node:http'
import type { NextFunction, Request, Response } from 'express'
import { decodeJwt, type JsonObject } from './jwt.ts'

/** The places at the simulator that a service or a browser can call. */
export type SimulatorEndpoint =
  'discovery' | 'jwks' | 'did' | 'trustmark' | 'authorize' | 'sign-in' | 'token' | 'userinfo' | 'logout'

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
  status?: number
}

const endpoints: Readonly<Record<string, SimulatorEndpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/jwks.json': 'jwks',
  '/.well-known/did.json': 'did',
  '/trustmark': 'trustmark',
  '/authorize': 'authorize',
  '/sign-in': 'sign-in',
  '/token': 'token',
  '/userinfo': 'userinfo',
  '/logout': 'logout',
}

/** Which endpoint a path belongs to. */
export function endpointOf(path: string): SimulatorEndpoint | 'unknown' {
  return endpoints[path] ?? 'unknown'
}

function sentJwt(compact: string | undefined): SentJwt | undefined {
  const jwt = compact === undefined ? undefined : decodeJwt(compact)
  return jwt && { header: jwt.header, claims: jwt.claims }
}

/** Keeps what was sent, newest last. */
export class RequestLog {
  readonly entries: RecordedRequest[] = []

  /** Middleware; needs the body as text. */
  readonly record = (req: Request, res: Response, next: NextFunction): void => {
    const form = typeof req.body === 'string' ? req.body : ''
    const params = Object.fromEntries([...queryOf(req), ...new URLSearchParams(form)])
    const requestObject = sentJwt(params.request)
    const clientAssertion = sentJwt(params.client_assertion)
    const entry: RecordedRequest = {
      endpoint: endpointOf(req.path),
      method: req.method,
      path: req.path,
      headers: req.headers,
      params,
      ...(requestObject && { requestObject }),
      ...(clientAssertion && { clientAssertion }),
    }
    this.entries.push(entry)
    res.once('finish', () => {
      entry.status = res.statusCode
    })
    next()
  }
}

/** The raw query string of a request, without the question mark. */
export function queryString(req: Request): string {
  const start = req.originalUrl.indexOf('?')
  return start === -1 ? '' : req.originalUrl.slice(start + 1)
}

/** The query parameters of a request, read from the URL so that Express 4 and 5 give the same. */
export function queryOf(req: Request): URLSearchParams {
  return new URLSearchParams(queryString(req))
}
