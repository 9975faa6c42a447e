import type { NextFunction, Request, Response } from 'express'
import { decodeJwt } from './keys/jwt.ts'
import type { RecordedRequest, SentJwt, SimulatorEndpoint } from './recorded-request.ts'
import { recordedResponse } from './recorded-response.ts'
import type { Reply } from './reply.ts'
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
} as const satisfies Record<SimulatorEndpoint, string>

const longest = 1000

function endpointOf(path: string): RecordedRequest['endpoint'] {
  const names = Object.keys(paths) as SimulatorEndpoint[]
  return names.find((name) => paths[name] === path) ?? 'unknown'
}

function sentJwt(compact: string | undefined): SentJwt | undefined {
  const jwt = compact === undefined ? undefined : decodeJwt(compact)
  return jwt && { header: jwt.header, claims: jwt.claims }
}

/** Stores the requests, newest last, and at most the last 1,000. */
export class RequestLog {
  readonly entries: RecordedRequest[] = []
  #count = 0
  readonly #entryOf = new WeakMap<Request, RecordedRequest>()

  /** Returns the number of all requests, including those no longer stored. */
  get count(): number {
    return this.#count
  }

  /** Middleware. It needs the body as text. */
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
    this.#count += 1
    this.#entryOf.set(req, entry)
    if (this.entries.length > longest) this.entries.shift()
    res.once('finish', () => Object.assign(entry, { status: res.statusCode }))
    next()
  }

  /** Records the response. */
  respond(req: Request, reply: Reply): void {
    Object.assign(this.#entryOf.get(req) ?? {}, { response: recordedResponse(reply) })
  }

  /** Records what was wrong with a request. */
  explain(req: Request, problem: string): void {
    Object.assign(this.#entryOf.get(req) ?? {}, { problem })
  }
}
