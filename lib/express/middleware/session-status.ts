import type { RequestHandler } from 'express'
import { doesNotCountAsActivity, readCurrentSession } from '../current-session.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'

/**
 * The JSON response of `sessionStatus()`.
 *
 * @example
 * ```ts
 * const status: SessionStatus = { signedIn: true, secondsLeft: 1740, extendable: true }
 * ```
 */
export interface SessionStatus {
  /** Whether a user is signed in. */
  readonly signedIn: boolean
  /** Seconds until the session ends if the user makes no more requests. Not set if no user is signed in. */
  readonly secondsLeft?: number
  /** Whether another request from the user extends the session. */
  readonly extendable?: boolean
}

/**
 * Returns the time until the session ends, so that a page can warn the user. GET does not count as activity of the
 * user. POST does, for a "stay signed in" button.
 */
export function sessionStatus(relyingParty: RelyingParty): RequestHandler {
  return handler((req, res) => {
    if (req.method !== 'POST') doesNotCountAsActivity(req)
    const session = readCurrentSession(relyingParty, req)
    const status: SessionStatus = session.signedIn
      ? { signedIn: true, secondsLeft: session.secondsLeft, extendable: session.extendable }
      : { signedIn: false }
    res.set('Cache-Control', 'no-store').json(status)
  })
}
