import type { RequestHandler } from 'express'
import type { BackChannelLogoutOptions } from './middleware/back-channel-logout.ts'
import type { LandingOptions } from './middleware/landing.ts'
import type { LogoutOptions } from './middleware/logout.ts'
import type { SignInOptions } from '../options/sign-in-options.ts'

/**
 * What `routes()` mounts, and where.
 *
 * @example
 * ```ts
 * oneLogin.routes({ signIn: { uiLocales: 'cy' }, paths: { signOut: '/bye', jwks: false } })
 * ```
 */
export interface RoutesOptions extends LogoutOptions, BackChannelLogoutOptions {
  /** What a sign-in from the sign-in route asks for. */
  readonly signIn?: SignInOptions
  /** The return from an in-person identity check; its route is there only when this is given. */
  readonly landing?: LandingOptions
  /** Where each part is, from where the routes are mounted; `false` leaves it out. */
  readonly paths?: {
    /** `/sign-in` unless given. */
    readonly signIn?: string | false
    /** The path of `callbackURL`, from the root of the site, unless given. */
    readonly callback?: string | false
    /** `/sign-out` unless given. */
    readonly signOut?: string | false
    /** `/back-channel-logout` unless given. */
    readonly backChannelLogout?: string | false
    /** `/.well-known/jwks.json` unless given. */
    readonly jwks?: string | false
    /** `/session-status` unless given. */
    readonly sessionStatus?: string | false
    /** `/landing` unless given. */
    readonly landing?: string | false
  }
}

/** One part of this package on its way to a path. */
export interface Route {
  readonly path: string | false
  /** All methods unless given. */
  readonly methods?: readonly string[]
  readonly handler: RequestHandler
}

/**
 * Mounts routes without Express's own router, so that this package runs with the Express that the app has.
 *
 * @param absolute - a route whose path counts from the root of the site, wherever the others are mounted
 */
export function createRoutes(routes: readonly Route[], absolute: Route): RequestHandler {
  const find = (path: string, method: string, among: readonly Route[]) =>
    among.find((route) => route.path === path && (route.methods?.includes(method) ?? true))

  return function route(req, res, next) {
    const found = find(req.baseUrl + req.path, req.method, [absolute]) ?? find(req.path, req.method, routes)
    if (found) found.handler(req, res, next)
    else next()
  }
}
