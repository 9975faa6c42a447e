import type { Request, RequestHandler, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Makes an `onRequest` hook of this package's middleware. What it answers goes out as any reply of Fastify does. */
export function hook(middleware: RequestHandler) {
  return function onRequest(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) {
    void middleware(expressRequest(request), expressResponse(reply), (error?: unknown) => {
      done(error as Error | undefined)
    })
  }
}

/** Fastify's own request, so that who is signed in and the session are the same to both, with what it lacks. */
function expressRequest(request: FastifyRequest): Request {
  const { raw, headers, protocol, originalUrl } = request
  const session = request.session as FastifyRequest['session'] | null // none once it is destroyed
  if (session) Object.defineProperty(session, 'id', { configurable: true, value: session.sessionId })
  return Object.assign(request, {
    baseUrl: '',
    path: originalUrl.replace(/\?.*/, ''),
    secure: protocol === 'https',
    get: (name: string) => headers[name.toLowerCase()],
    [Symbol.asyncIterator]: () => raw[Symbol.asyncIterator](),
  }) as unknown as Request
}

/** Fastify's reply, by the names that Express has for its parts. */
function expressResponse(reply: FastifyReply): Response {
  const send = (body?: unknown) => reply.send(body)
  const response = {
    status: (code: number) => chained(reply.status(code)),
    set: (name: string | object, value?: string) =>
      chained(typeof name === 'string' ? reply.header(name, value) : reply.headers(name)),
    location: (url: string) => chained(reply.header('location', url)),
    type: (type: string) => chained(reply.type(type)),
    clearCookie: (...cookie: Parameters<FastifyReply['clearCookie']>) =>
      chained(reply.clearCookie(...cookie)),
    send,
    json: send,
    end: send,
  }
  const chained = (_reply: FastifyReply) => response
  return response as unknown as Response
}
