import type { Request } from 'express'
import type { CredentialLevel, IdentityLevel } from '../vectors-of-trust.ts'
import type { RelyingParty } from './relying-party.ts'

/**
 * The signed-in user's session, and when it ends.
 *
 * @example
 * ```ts
 * app.get('/until', (req, res) => {
 *   const current: CurrentSession = oneLogin.currentSession(req)
 *   res.send(current.signedIn ? current.endsAt.toISOString() : 'Nobody is signed in')
 * })
 * ```
 */
export type CurrentSession =
  | {
      /** No user is signed in. */
      readonly signedIn: false
    }
  | {
      /** A user is signed in. */
      readonly signedIn: true
      /** The user's ID at One Login. */
      readonly sub: string
      /** The level of authentication. */
      readonly level: CredentialLevel
      /** The outcome of the last identity journey that counts, if there was one. */
      readonly identity?: {
        /** Whether the identity was proven. */
        readonly proven: boolean
        /** The level of confidence that the user reached. If the identity was not proven, the requested level. */
        readonly level: IdentityLevel
      }
      /** When the session began. */
      readonly startedAt: Date
      /** When the session ends if the user makes no more requests. */
      readonly endsAt: Date
      /** Seconds until the session ends. */
      readonly secondsLeft: number
      /** Whether another request from the user extends the session. */
      readonly extendable: boolean
    }

/** Requests that do not count as activity of the user. */
const passive = new WeakSet<Request>()

/** Stops a request from counting as activity of the user, for a page that polls. */
export function doesNotCountAsActivity(req: Request): void {
  passive.add(req)
}

/** Whether a request counts as activity of the user. */
export function countsAsActivity(req: Request): boolean {
  return !passive.has(req)
}

/**
 * Returns the signed-in user's session, from the check that `session()` made for this request. If the check failed,
 * no user is signed in.
 *
 * @throws OneLoginError `session_unavailable` if `session()` has not checked the request
 */
export function readCurrentSession({ sessions, settings }: RelyingParty, req: Request): CurrentSession {
  const { signedIn, left } = sessions.hasFailed(req) ? {} : sessions.concluded(req)
  if (!signedIn || !left) return { signedIn: false }
  const { sub, level, identity, startedAt } = signedIn
  const idle = countsAsActivity(req) ? (settings.session.idle ?? Infinity) : left.idle
  const secondsLeft = Math.max(Math.min(left.absolute, idle), 0)
  return {
    signedIn: true,
    sub,
    level,
    ...(identity && { identity: { proven: identity.proven, level: identity.level } }),
    startedAt: new Date(startedAt * 1000),
    endsAt: new Date(Date.now() + secondsLeft * 1000),
    secondsLeft,
    extendable: idle < left.absolute,
  }
}
