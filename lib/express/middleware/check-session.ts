import type { Request, RequestHandler, Response } from 'express'
import { nowInSeconds } from '../../clock.ts'
import { isOneLoginError } from '../../errors.ts'
import { recordActivity } from '../../session/last-activity.ts'
import type { SignedIn } from '../../session/signed-in.ts'
import { countsAsActivity } from '../current-session.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'
import { beforeResponseEnds } from '../response-end.ts'
import { keepAddressPrivate } from '../responses.ts'
import type { CheckedSession } from '../session-check.ts'
import { createExpiry } from '../session-expiry.ts'

/**
 * Ends sessions whose user has signed out elsewhere, and sessions that have reached a limit. If the check fails, the
 * request fails.
 */
export function checkSession(party: RelyingParty): RequestHandler {
  const { settings, sessions } = party
  const expire = createExpiry(party)

  return handler(async (req, res, next) => {
    if (party.callback.isAt(req)) keepAddressPrivate(res)
    const checked = await checkOrFail(req)
    const { signedIn, expired } = checked
    if (expired) {
      await expire(req, res, next, checked, expired)
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
      // For the error page, which may call currentSession().
      if (isOneLoginError(error)) sessions.conclude(req, { fault: error })
      throw error
    }
  }

  function recordAtEnd(req: Request, res: Response, { id, startedAt }: SignedIn): void {
    const now = nowInSeconds()
    const lifetime = startedAt + settings.session.absolute - now
    beforeResponseEnds(res, async () => {
      if (countsAsActivity(req)) await recordActivity(sessions.records(req), id, now, Math.max(lifetime, 1))
    })
  }
}
