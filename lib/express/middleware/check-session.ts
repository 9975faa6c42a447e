import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { OneLoginError } from '../../errors.ts'
import { publish } from '../../events.ts'
import type { Settings } from '../../options/strategy-options.ts'
import type { RelyingParty } from '../relying-party.ts'
import {
  keepEnded,
  renewSession,
  sessionData,
  signedInUser,
  type OneLoginSessionData,
} from '../../session/session-record.ts'
import type { SignedIn } from '../../sign-in/completion.ts'
import { signedOutAt } from '../../session/sign-out-records.ts'
import { nowInSeconds } from '../../clock.ts'
import { isNavigation, isPageLoad, redirect, refuse } from '../responses.ts'
import { handler } from '../handler.ts'
import type { SignOut } from '../end-session-url.ts'

/** When a session ends, in seconds from now, if nothing happens until then. */
export interface TimeLeft {
  readonly absolute: number
  readonly idle?: number
}

/** The requests whose session was checked, and when their user had last done something before. */
const checked = new WeakMap<Request, { readonly lastSeenAt: number | undefined }>()

/**
 * Ends sessions whose user has signed out elsewhere, and sessions that have lived too long. Fails the request
 * when it cannot tell.
 */
export function session(relyingParty: RelyingParty, signOut: SignOut): RequestHandler {
  const { settings } = relyingParty
  const { requestObject, trust } = settings.signIn
  const again = relyingParty.signInSettings({
    vtr: [trust.credential],
    ...(requestObject && { prompt: 'login' }),
  })

  return handler(async (req, res, next) => {
    const signedIn = signedInUser(req)
    const data = sessionData(req)
    checked.set(req, { lastSeenAt: data.lastSeenAt })
    if (!signedIn) {
      next()
      return
    }
    if ((await signedOutAt(settings.signOutStore ?? req.sessionStore, signedIn.sub)) >= signedIn.issuedAt) {
      await renewSession(req, waitingIn(data))
      next()
      return
    }
    keepEnded(req)
    const left = timeLeft(settings, signedIn, data.lastSeenAt)
    const isIdle = (left.idle ?? 1) <= 0
    if (left.absolute <= 0 || (isIdle && !relyingParty.isAwaited(req))) {
      await expire(req, res, next, signedIn)
      return
    }
    // A user who comes back from One Login was not idle there; the sign-in says so when it succeeds.
    if (settings.session.idle !== undefined && !isIdle) data.lastSeenAt = nowInSeconds()
    next()
  })

  async function expire(req: Request, res: Response, next: NextFunction, signedIn: SignedIn): Promise<void> {
    const { onExpiry } = settings.session
    const goesOn = onExpiry === 'continue' || relyingParty.isAwaited(req)
    if (!goesOn && !isPageLoad(req)) {
      // The session is left for the next page, which can be sent to One Login with the ID token in it.
      refuse(req, res, next, expired())
      return
    }
    await renewSession(req, waitingIn(sessionData(req)))
    publish('signed-out', { sub: signedIn.sub, reason: 'expired' })
    if (goesOn) next()
    else if (onExpiry === 'sign-out') redirect(res, await signOut(signedIn.idToken))
    else if (!isNavigation(req)) refuse(req, res, next, expired())
    else redirect(res, await relyingParty.start(req, { ...again, returnTo: req.originalUrl }, signedIn))
  }
}

/** The sign-ins that have not come back yet outlive a session: One Login still sends the browser back. */
function waitingIn({ transactions }: OneLoginSessionData): OneLoginSessionData | undefined {
  return transactions?.length ? { transactions } : undefined
}

/** How long a session can still live. */
export function timeLeft(
  { session: { absolute, idle } }: Pick<Settings, 'session'>,
  { startedAt }: SignedIn,
  lastSeenAt = startedAt,
): TimeLeft {
  return {
    absolute: startedAt + absolute - nowInSeconds(),
    ...(idle !== undefined && { idle: lastSeenAt + idle - nowInSeconds() }),
  }
}

/**
 * Takes back that this request counts as the user doing something: for a page that asks by itself.
 */
export function forgetActivity(req: Request): void {
  Object.assign(sessionData(req), checked.get(req))
}

/**
 * @throws OneLoginError `session_unavailable` when {@link session} has not run for this request: a user who has
 * signed out would get through
 */
export function requireCheckedSession(req: Request): void {
  if (checked.has(req)) return
  throw new OneLoginError(
    'session_unavailable',
    'The session was not checked: mount oneLogin.session() after passport.session() and before the guards.',
  )
}

function expired(): OneLoginError {
  return new OneLoginError('session_expired', 'The session has ended. Sign in again.')
}
