import type { RequestHandler } from 'express'
import { doesNotCountAsActivity, readCurrentSession } from '../current-session.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'

/**
 * What `sessionStatus()` responds with, as JSON.
 *
 * @example
 * ```ts
 * const status: SessionStatus = { signedIn: true, secondsLeft: 1740, extendable: true }
 * ```
 */
export interface SessionStatus {
  /** Whether somebody is signed in. */
  readonly signedIn: boolean
  /** Seconds until the session ends if nothing happens; absent if nobody is signed in. */
  readonly secondsLeft?: number
  /** Whether a request of the user gives them more time. */
  readonly extendable?: boolean
}

/**
 * Tells a page how long the session still lives, so that it can warn the user. GET does not count as the user doing
 * something. POST does, for a "stay signed in" button.
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
