import type { NextFunction, Request, Response } from 'express'
import { OneLoginError } from '../errors.ts'
import { publish } from '../events.ts'
import type { SignedIn } from '../session/signed-in.ts'
import type { RelyingParty } from './relying-party.ts'
import { isNavigation, isPageLoad, redirect, refuse } from './responses.ts'
import type { CheckedSession } from './session-check.ts'
import { renewSession } from './session-end.ts'

/** Ends the session of a request that has reached a limit, as `session.onExpiry` says. */
type Expire = (
  req: Request,
  res: Response,
  next: NextFunction,
  checked: CheckedSession,
  signedIn: SignedIn,
) => Promise<void>

/**
 * Returns the function that ends expired sessions. It does not end the session of a callback for which a sign-in
 * waits, because One Login is sending that user back.
 */
export function createExpiry(party: RelyingParty): Expire {
  const { settings, sessions } = party
  const { onExpiry } = settings.session
  const again = party.signInSettings({ vtr: [settings.signIn.trust.credential] })

  return async function expire(req, res, next, { left, user }, signedIn) {
    const isCallback = await party.isAwaited(req, signedIn.sub)
    if (isCallback && left && left.absolute > 0) {
      // The session stays for the callback to renew. No other code may see its user.
      delete req.user
      sessions.conclude(req, { returning: signedIn, user })
      next()
      return
    }
    const goesOn = onExpiry === 'continue' || isCallback
    if (!goesOn && !isPageLoad(req)) {
      // The session stays for the next page load, which can be redirected to One Login with the ID token in it.
      refuse(req, res, next, sessionExpired())
      return
    }
    await end(req, signedIn, isCallback)
    if (goesOn) next()
    else if (onExpiry === 'sign-out') redirect(res, await party.signOutURL(signedIn.idToken))
    else if (!isNavigation(req)) refuse(req, res, next, sessionExpired())
    else redirect(res, await party.start(req, res, again, { toThisPage: true }))
  }

  async function end(req: Request, signedIn: SignedIn, isCallback: boolean): Promise<void> {
    await renewSession(req)
    if (onExpiry === 'reauthenticate' && !isCallback) party.entries.askToReauthenticate(req.session, signedIn)
    publish('signed-out', { sub: signedIn.sub, reason: 'expired' })
    sessions.clear(req)
    sessions.conclude(req, await sessions.check(req))
  }
}

function sessionExpired(): OneLoginError {
  return new OneLoginError('session_expired', 'The session has ended. Sign in again.')
}
