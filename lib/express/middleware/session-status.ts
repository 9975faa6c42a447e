import type { RequestHandler } from 'express'
import type { Settings } from '../../options/strategy-options.ts'
import { sessionData, signedInUser } from '../../session/session-record.ts'
import { forgetActivity, requireCheckedSession, timeLeft } from './check-session.ts'
import { handler } from '../handler.ts'

/**
 * What `sessionStatus()` answers, as JSON.
 *
 * @example
 * ```ts
 * const status: SessionStatus = { signedIn: true, secondsLeft: 1740, extendable: true }
 * ```
 */
export interface SessionStatus {
  /** Whether somebody is signed in. */
  readonly signedIn: boolean
  /** Seconds until the session ends if nothing happens; absent when nobody is signed in. */
  readonly secondsLeft?: number
  /** Whether the user doing something gives them more time. */
  readonly extendable?: boolean
}

/**
 * Tells a page how long the session still lives, so that it can warn the user. GET asks without counting as the
 * user doing something; POST counts, for a "stay signed in" button.
 */
export function sessionStatus(settings: Settings): RequestHandler {
  return handler((req, res) => {
    requireCheckedSession(req)
    if (req.method !== 'POST') forgetActivity(req)
    res.set('Cache-Control', 'no-store').json(statusOf())

    function statusOf(): SessionStatus {
      const signedIn = signedInUser(req)
      if (!signedIn) return { signedIn: false }
      const { absolute, idle = Infinity } = timeLeft(settings, signedIn, sessionData(req).lastSeenAt)
      return {
        signedIn: true,
        secondsLeft: Math.max(Math.min(absolute, idle), 0),
        extendable: idle < absolute,
      }
    }
  })
}
