import type { Request } from 'express'

const responseParameters = ['state', 'code', 'error', 'error_description', 'iss']

/** The address of callbacks as this service receives it. A proxy may have removed a prefix from the path. */
export class CallbackAddress {
  readonly #path: string

  constructor(callbackURL: string) {
    this.#path = new URL(callbackURL).pathname
  }

  /** Whether a request is a callback from One Login. If not, it starts a sign-in. */
  isCallback(req: Request): boolean {
    const { path, query } = requestAddress(req)
    if (isSamePath(req, path, this.#path) && responseParameters.some((name) => query.has(name))) return true
    // A proxy may have changed the path.
    return isResponse(query)
  }

  /** Whether a request is at the callback's path, or at the rest of it if a proxy has removed a prefix. */
  isAt(req: Request): boolean {
    const { path, search } = localAddress(req)
    if (isSamePath(req, path, this.#path)) return true
    return isResponse(new URLSearchParams(search)) && this.prefixOf(req) !== ''
  }

  /** Returns the prefix that a proxy has removed from the path of a callback. */
  prefixOf(req: Request): string {
    const seenPath = withoutSlash(localAddress(req).path)
    const sent = withoutSlash(this.#path)
    const prefix = sent.slice(0, -seenPath.length)
    return isSamePath(req, prefix + seenPath, sent) ? prefix : ''
  }
}

function isResponse(query: URLSearchParams): boolean {
  return query.has('state') && (query.has('code') || query.has('error'))
}

/**
 * Returns the path and the query of a request. A request line can contain a host, which the sender chooses, so it is
 * ignored.
 */
export function requestAddress(req: Request): { path: string; query: URLSearchParams } {
  const { path, search } = localAddress(req)
  return { path, query: new URLSearchParams(search) }
}

function localAddress({ originalUrl }: Request): { path: string; search: string } {
  const local = originalUrl.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '').replace(/#.*/, '')
  const end = local.search(/\?|$/)
  return { path: local.slice(0, end), search: local.slice(end) }
}

/** Whether two paths are the same to the app's router. */
export function isSamePath(req: Request, first: string, second: string): boolean {
  const { app } = req as Partial<Pick<Request, 'app'>>
  const isOn = (setting: string) => typeof app?.enabled === 'function' && app.enabled(setting)
  const normal = (path: string) => {
    const compared = isOn('strict routing') ? path : withoutSlash(path)
    return isOn('case sensitive routing') ? compared : compared.toLowerCase()
  }
  return normal(first) === normal(second)
}

function withoutSlash(path: string): string {
  return path.replace(/(.)\/$/, '$1')
}
