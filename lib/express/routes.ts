import type { Request, RequestHandler } from 'express'
import { isSamePath, type CallbackAddress } from './callback-address.ts'
import { keepAddressPrivate } from './responses.ts'
import type { BackChannelLogoutOptions } from './middleware/back-channel-logout.ts'
import type { LandingOptions } from './middleware/landing.ts'
import type { LogoutOptions } from './middleware/logout.ts'
import type { SignInOptions } from '../options/sign-in-options.ts'

/**
 * Options of `routes()`.
 *
 * @example
 * ```ts
 * oneLogin.routes({ signIn: { uiLocales: 'cy' }, paths: { signOut: '/bye', jwks: false } })
 * ```
 */
export interface RoutesOptions extends LogoutOptions, BackChannelLogoutOptions {
  /** What the sign-in route requests. */
  readonly signIn?: SignInOptions
  /** The return from an in-person identity check. Its route exists only if you set this. */
  readonly landing?: LandingOptions
  /** The path of each route, relative to where you mount the routes. `false` leaves a route out. */
  readonly paths?: {
    /** If not set, `/sign-in`. */
    readonly signIn?: string | false
    /** If not set, the path of `callbackURL`, from the root of the site. */
    readonly callback?: string | false
    /** If not set, `/sign-out`. */
    readonly signOut?: string | false
    /** If not set, `/back-channel-logout`. */
    readonly backChannelLogout?: string | false
    /** If not set, `/.well-known/jwks.json`. */
    readonly jwks?: string | false
    /** If not set, `/session-status`. */
    readonly sessionStatus?: string | false
    /** If not set, `/landing`. */
    readonly landing?: string | false
  }
}

/** A route that `routes()` may mount. */
interface Route {
  readonly path: string | false
  /** If not set, all methods. */
  readonly methods?: readonly string[]
  readonly handler: RequestHandler
}

/** The handlers that `routes()` mounts. */
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
 * Mounts routes without Express's own router, so that this package works with the app's version of Express.
 *
 * @param callback - knows the callback's path, which is relative to the root of the site, wherever the other routes
 * are mounted
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
  const isAtCallback = (req: Request) => {
    if (paths.callback === false) return false
    return paths.callback === undefined
      ? callback.isAt(req)
      : isSamePath(req, req.baseUrl + req.path, paths.callback)
  }

  return function route(req, res, next) {
    const isAt = isAtCallback(req)
    // Other methods go on to the app, which responds with 404.
    if (isAt) keepAddressPrivate(res)
    if (isAt && page.includes(req.method)) {
      finish(req, res, next)
      return
    }
    const found = routes.find(
      ({ path, methods = [req.method] }) =>
        path !== false && methods.includes(req.method) && isSamePath(req, path, req.path),
    )
    if (found) found.handler(req, res, next)
    else next()
  }
}
