import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { nowInSeconds } from '../../clock.ts'
import { isOneLoginError, OneLoginError } from '../../errors.ts'
import { publish } from '../../events.ts'
import { recordActivity } from '../../session/last-activity.ts'
import type { SignedIn } from '../../session/signed-in.ts'
import { countsAsActivity } from '../current-session.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'
import { beforeResponseEnds } from '../response-end.ts'
import { isNavigation, isPageLoad, redirect, refuse } from '../responses.ts'
import type { CheckedSession } from '../session-check.ts'
import { renewSession } from '../session-end.ts'

/**
 * Ends sessions whose user has signed out elsewhere, and sessions that have reached a limit. Fails the request if it
 * cannot find out.
 */
export function checkSession(party: RelyingParty): RequestHandler {
  const { settings, sessions } = party
  const again = party.signInSettings({ vtr: [settings.signIn.trust.credential] })

  return handler(async (req, res, next) => {
    const checked = await checkOrFail(req)
    const { signedIn, expired } = checked
    if (expired) {
      await endOrReturn(req, res, next, checked, expired)
      return
    }
    sessions.conclude(req, checked)
    if (signedIn && settings.session.idle !== undefined) recordAtEnd(req, res, signedIn)
    next()
  })

  async function checkOrFail(req: Request): Promise<CheckedSession> {
    try {
      return await sessions.check(req)
    } catch (error) {
      // For the error page, which may ask who is signed in.
      if (isOneLoginError(error)) sessions.conclude(req, { state: 'nobody', fault: error })
      throw error
    }
  }

  async function endOrReturn(
    req: Request,
    res: Response,
    next: NextFunction,
    { state, user }: CheckedSession,
    signedIn: SignedIn,
  ): Promise<void> {
    const isCallback = await party.isAwaited(req, signedIn.sub)
    if (isCallback && state === 'idle') {
      // The session stays for the callback to renew. Nothing else may see its user.
      delete req.user
      sessions.conclude(req, { state: 'nobody', returning: signedIn, user })
      next()
    } else await expire(req, res, next, signedIn, isCallback)
  }

  async function expire(
    req: Request,
    res: Response,
    next: NextFunction,
    signedIn: SignedIn,
    isCallback: boolean,
  ): Promise<void> {
    const { onExpiry } = settings.session
    const goesOn = onExpiry === 'continue' || isCallback
    if (!goesOn && !isPageLoad(req)) {
      // The session is left for the next page, which can be sent to One Login with the ID token in it.
      refuse(req, res, next, sessionExpired())
      return
    }
    await renewSession(req)
    if (onExpiry === 'reauthenticate' && !isCallback) party.entries.askToReauthenticate(req.session, signedIn)
    publish('signed-out', { sub: signedIn.sub, reason: 'expired' })
    sessions.forget(req)
    sessions.conclude(req, await sessions.check(req))
    if (goesOn) next()
    else if (onExpiry === 'sign-out') redirect(res, await party.signOutURL(signedIn.idToken))
    else if (!isNavigation(req)) refuse(req, res, next, sessionExpired())
    else redirect(res, await party.start(req, res, again, { toThisPage: true }))
  }

  function recordAtEnd(req: Request, res: Response, { id, startedAt }: SignedIn): void {
    const now = nowInSeconds()
    const lifetime = startedAt + settings.session.absolute - now
    beforeResponseEnds(res, async () => {
      if (countsAsActivity(req)) await recordActivity(sessions.records(req), id, now, Math.max(lifetime, 1))
    })
  }
}

function sessionExpired(): OneLoginError {
  return new OneLoginError('session_expired', 'The session has ended. Sign in again.')
}
