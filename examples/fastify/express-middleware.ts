import type { Request, RequestHandler, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Turns this package's middleware into an `onRequest` hook. Its response goes through Fastify. */
export function hook(middleware: RequestHandler) {
  return function onRequest(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) {
    const req = Object.assign(expressRequest(request), { res: expressResponse(reply) })
    void middleware(req, req.res, (error?: unknown) => {
      done(error as Error | undefined)
    })
  }
}

/** Fastify's own request with the missing members of Express, so that both share the user and the session. */
function expressRequest(request: FastifyRequest): Request {
  const { raw, headers, protocol, originalUrl } = request
  const session = request.session as FastifyRequest['session'] | null // null after it is destroyed
  if (session) Object.defineProperty(session, 'id', { configurable: true, value: session.sessionId })
  return Object.assign(request, {
    baseUrl: '',
    path: originalUrl.replace(/\?.*/, ''),
    secure: protocol === 'https',
    get: (name: string) => headers[name.toLowerCase()],
    [Symbol.asyncIterator]: () => raw[Symbol.asyncIterator](),
  }) as unknown as Request
}

/** Fastify's reply, with the method names of Express. */
function expressResponse(reply: FastifyReply): Response {
  const send = (body?: unknown) => reply.send(body)
  const response = {
    status: (code: number) => chained(reply.status(code)),
    set: (name: string | object, value?: string) =>
      chained(typeof name === 'string' ? reply.header(name, value) : reply.headers(name)),
    append: (name: string, value: string | string[]) => chained(reply.header(name, value)),
    location: (url: string) => chained(reply.header('location', url)),
    type: (type: string) => chained(reply.type(type)),
    clearCookie: (...cookie: Parameters<FastifyReply['clearCookie']>) =>
      chained(reply.clearCookie(...cookie)),
    send,
    json: send,
    end: send,
    raw: reply.raw,
  }
  const chained = (_reply: FastifyReply) => response
  return response as unknown as Response
}
