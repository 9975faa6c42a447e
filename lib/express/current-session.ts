import type { Request } from 'express'
import type { CredentialLevel, IdentityLevel } from '../vectors-of-trust.ts'
import type { RelyingParty } from './relying-party.ts'

/**
 * Who is signed in, and until when.
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
      /** Nobody is signed in. */
      readonly signedIn: false
    }
  | {
      /** Somebody is signed in. */
      readonly signedIn: true
      /** The user's ID at One Login. */
      readonly sub: string
      /** The level of authentication. */
      readonly level: CredentialLevel
      /** The outcome of the last identity journey that counts, if there was one. */
      readonly identity?: {
        /** Whether the identity was proven. */
        readonly proven: boolean
        /** The level of confidence reached or, if it was not proven, the level that was requested. */
        readonly level: IdentityLevel
      }
      /** When the session began. */
      readonly startedAt: Date
      /** When the session ends if the user does nothing more. */
      readonly endsAt: Date
      /** Seconds until then. */
      readonly secondsLeft: number
      /** Whether another request of the user gives them more time. */
      readonly extendable: boolean
    }

/** Requests that do not count as their user doing something. */
const passive = new WeakSet<Request>()

/** Takes back that a request counts as its user doing something: for a page that asks by itself. */
export function doesNotCountAsActivity(req: Request): void {
  passive.add(req)
}

/** Whether a request counts as its user doing something. */
export function countsAsActivity(req: Request): boolean {
  return !passive.has(req)
}

/**
 * Reads who is signed in, from what `session()` found for this request. That is nobody if it failed.
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
