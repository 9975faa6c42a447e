import type { Request, Response } from 'express'
import { recordKey } from '../session/record-store.ts'
import { sessionIdOf } from '../session/signed-in.ts'
import type { Client } from '../session/waiting-sign-ins.ts'

/** The most sign-ins that can wait in one browser. After that, the cookie of the oldest is cleared. */
const mostWaiting = 10

/**
 * The cookies with which a browser proves that it started a sign-in. Each sign-in has its own, so that tabs cannot
 * overwrite each other's.
 */
export class SignInCookies {
  readonly #prefix: string
  readonly #client: string
  readonly #attributes: string
  readonly #lifetime: number

  /**
   * @param callbackURL - the address that must get the cookies. It decides whether they are secure
   * @param lifetime - in seconds
   */
  constructor({ issuer, clientId }: Client, callbackURL: string, lifetime: number) {
    const isSecure = callbackURL.startsWith('https:')
    this.#prefix = isSecure ? '__Host-one-login' : 'one-login'
    this.#client = recordKey('client', issuer, clientId).slice(0, 8)
    this.#attributes = `Path=/; HttpOnly${isSecure ? '; Secure' : ''}; SameSite=Lax`
    this.#lifetime = lifetime
  }

  /** Returns the secret that this browser holds for a sign-in of this client. */
  secretOf(req: Request, state: string): string | undefined {
    return secretIn(cookiesOf(req).get(this.#nameOf(state)) ?? '')
  }

  /** Returns the secrets of all sign-ins of this client that this browser started, as far as they can wait at once. */
  secrets(req: Request): string[] {
    return this.#ownCookies(req)
      .flatMap(([, value]) => secretIn(value) ?? [])
      .slice(0, mostWaiting)
  }

  /** Whether this browser holds a secret for a sign-in of another client of this app, and none of this client. */
  isOfAnotherClient(req: Request, state: string): boolean {
    const own = this.#nameOf(state)
    const cookies = cookiesOf(req)
    if (cookies.has(own)) return false
    const ending = own.slice(own.lastIndexOf('-'))
    return [...cookies.keys()].some((name) => name.startsWith(`${this.#prefix}-`) && name.endsWith(ending))
  }

  /** Gives the browser the secret of a new sign-in. */
  set(req: Request, res: Response, state: string, secret: string): void {
    const own = this.#ownCookies(req)
    const oldestFirst = own.sort(([, one], [, other]) => startOf(one) - startOf(other))
    for (const [name] of oldestFirst.slice(0, Math.max(0, own.length - mostWaiting + 1)))
      this.#send(res, name, '', 0)
    this.#send(res, this.#nameOf(state), `${Date.now().toString(36)}.${secret}`, this.#lifetime)
  }

  /** Clears the cookie of a completed sign-in. */
  clear(res: Response, state: string): void {
    this.#send(res, this.#nameOf(state), '', 0)
  }

  #ownCookies(req: Request): [string, string][] {
    return [...cookiesOf(req)].filter(([name]) => name.startsWith(`${this.#prefix}-${this.#client}-`))
  }

  #nameOf(state: string): string {
    return `${this.#prefix}-${this.#client}-${tagOf(state)}`
  }

  #send(res: Response, name: string, value: string, maxAge: number): void {
    const expires = new Date(maxAge === 0 ? 0 : Date.now() + maxAge * 1000).toUTCString()
    const line = `${name}=${value}; Max-Age=${maxAge}; Expires=${expires}; ${this.#attributes}`
    // A list even for one cookie, because adapters such as serverless-http accept no other form of this header.
    res.append('Set-Cookie', [line])
  }
}

/**
 * Clears the session's cookie. The app chose its name, which express-session does not expose, so it is found by its
 * value, the session ID.
 */
export function clearSessionCookie(req: Request, res: Response, session: Request['session']): void {
  const id = sessionIdOf(session)
  const { path, domain, sameSite, httpOnly, secure } = session.cookie
  for (const [name, value] of cookiesOf(req)) {
    if (!value.startsWith(`s%3A${encodeURIComponent(id)}.`) && !value.startsWith(`s:${id}.`)) continue
    res.clearCookie(name, {
      path: path ?? '/',
      domain,
      sameSite,
      httpOnly,
      secure: secure === true || (secure === 'auto' && req.secure),
    })
  }
}

function cookiesOf({ headers }: Request): Map<string, string> {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => {
    const [name = '', ...value] = pair.trim().split('=')
    return [name, value.join('=')] as const
  })
  return new Map(pairs)
}

function secretIn(value: string): string | undefined {
  return value.split('.')[1]
}

function tagOf(state: string): string {
  return recordKey('state', state).slice(0, 16)
}

/** Returns when the sign-in of a cookie started. A value that this package did not write counts as the oldest. */
function startOf(value: string): number {
  return Number.parseInt(value.split('.')[0] ?? '', 36) || 0
}
