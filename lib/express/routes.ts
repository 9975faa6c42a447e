import type { Request, RequestHandler } from 'express'
import { isSamePath, type CallbackAddress } from './callback-address.ts'
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
interface Route {
  readonly path: string | false
  /** Default: all methods. */
  readonly methods?: readonly string[]
  readonly handler: RequestHandler
}

/** The parts that `routes()` mounts. */
export interface RouteHandlers {
  signIn(options: SignInOptions): RequestHandler
  callback(): RequestHandler
  logout(options: LogoutOptions): RequestHandler
  backChannelLogout(options: BackChannelLogoutOptions): RequestHandler
  jwks(): RequestHandler
  sessionStatus(): RequestHandler
  landing(options: LandingOptions): RequestHandler
}

const page = ['GET', 'HEAD']
const pageAndForm = ['GET', 'POST']

/**
 * Mounts routes without Express's own router, so that this package runs with the Express that the app has.
 *
 * @param callback - knows the callback's path, which counts from the root of the site, wherever the others are mounted
 */
export function createRoutes(
  make: RouteHandlers,
  { paths = {}, signIn = {}, landing, ...options }: RoutesOptions,
  hasKey: boolean,
  callback: CallbackAddress,
): RequestHandler {
  const routes: Route[] = [
    { path: paths.signIn ?? '/sign-in', methods: page, handler: make.signIn(signIn) },
    { path: paths.backChannelLogout ?? '/back-channel-logout', handler: make.backChannelLogout(options) },
    { path: hasKey && (paths.jwks ?? '/.well-known/jwks.json'), handler: make.jwks() },
    {
      path: paths.sessionStatus ?? '/session-status',
      methods: pageAndForm,
      handler: make.sessionStatus(),
    },
  ]
  if (paths.signOut !== false)
    routes.push({
      path: paths.signOut ?? '/sign-out',
      methods: pageAndForm,
      handler: make.logout(options),
    })
  if (landing)
    routes.push({
      path: paths.landing ?? '/landing',
      methods: pageAndForm,
      handler: make.landing(landing),
    })
  const finish = make.callback()
  const isCallback = (req: Request) => {
    if (!page.includes(req.method) || paths.callback === false) return false
    return paths.callback === undefined
      ? callback.isAt(req)
      : isSamePath(req, req.baseUrl + req.path, paths.callback)
  }

  return function route(req, res, next) {
    const found = routes.find(
      ({ path, methods = [req.method] }) =>
        path !== false && methods.includes(req.method) && isSamePath(req, path, req.path),
    )
    if (isCallback(req)) finish(req, res, next)
    else if (found) found.handler(req, res, next)
    else next()
  }
}
