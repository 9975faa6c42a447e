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

/** Keeps what was sent, newest last; of a simulator that runs for long, the last thousand. */
export class RequestLog {
  readonly entries: RecordedRequest[] = []
  #count = 0
  readonly #entryOf = new WeakMap<Request, RecordedRequest>()

  /** How many requests there were, with those that are no longer kept. */
  get count(): number {
    return this.#count
  }

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
    this.#count += 1
    this.#entryOf.set(req, entry)
    if (this.entries.length > longest) this.entries.shift()
    res.once('finish', () => Object.assign(entry, { status: res.statusCode }))
    next()
  }

  /** Writes down what is sent back. */
  respond(req: Request, reply: Reply): void {
    Object.assign(this.#entryOf.get(req) ?? {}, { response: recordedResponse(reply) })
  }

  /** Writes down what was wrong with a request. */
  explain(req: Request, problem: string): void {
    Object.assign(this.#entryOf.get(req) ?? {}, { problem })
  }
}
