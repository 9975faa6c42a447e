import type { Request } from 'express'
import { nowInSeconds } from '../clock.ts'
import type { OneLoginError } from '../errors.ts'
import type { Settings } from '../options/strategy-options.ts'
import { timeLeft, type TimeLeft } from '../session/expiry.ts'
import { lastActivity } from '../session/last-activity.ts'
import { RecordStore } from '../session/record-store.ts'
import { isSignedOut, SignOutRecords, type Subject } from '../session/sign-out-records.ts'
import type { SessionEntries, SignedIn } from '../session/signed-in.ts'
import { renewSession } from './session-end.ts'
import { misconfigured, sessionStoreOf } from './set-up.ts'

/** If a user is missing this many seconds after their sign-in, the cause is a fault in the app. */
const justNow = 60

/** In seconds: the next page of a browser that follows redirects arrives within this time. */
const atOnce = 10

/** The result of checking a session, once for each request. */
export interface CheckedSession {
  readonly signedIn?: SignedIn
  /** The sign-in that a limit has ended. */
  readonly expired?: SignedIn
  /** The app's own user, as Passport set it. */
  readonly user?: Express.User | undefined
  readonly left?: TimeLeft
  /** The sign-in of a user whose callback this is, although the idle limit has passed. */
  readonly returning?: SignedIn
  /** The user of an expired session, who must authenticate again. */
  readonly reauthenticate?: Pick<SignedIn, 'sub' | 'idToken'>
  /** The error with which every guard fails, for any user. */
  readonly fault?: OneLoginError
}

/** Nobody is signed in. */
export const nobody: CheckedSession = {}

/** Finds out who is signed in to this service, for one client: from the session, the sign-outs and the limits. */
export class SessionCheck {
  readonly #settings: Settings
  readonly #entries: SessionEntries
  readonly #checks = new WeakMap<Request, Promise<CheckedSession>>()
  readonly #checked = new WeakMap<Request, CheckedSession>()

  constructor(settings: Settings, entries: SessionEntries) {
    this.#settings = settings
    this.#entries = entries
  }

  /**
   * Checks the session of a request, once.
   *
   * @throws OneLoginError `session_unavailable` if the app has no session for the request, or its store fails
   */
  async check(req: Request): Promise<CheckedSession> {
    const known = this.#checks.get(req)
    if (known) return known
    const check = this.#check(req)
    this.#checks.set(req, check)
    return check
  }

  /** Records the result that guards use, after the sessions that must end have ended. */
  conclude(req: Request, checked: CheckedSession): void {
    this.#checks.set(req, Promise.resolve(checked))
    this.#checked.set(req, checked)
  }

  /** Records the user who has just logged in, for the rest of the request. */
  concludeLogIn(req: Request, signedIn: SignedIn): void {
    const left = timeLeft(this.#settings, signedIn)
    this.conclude(req, { signedIn, user: req.user, left })
  }

  /** Discards the result for a request whose session has changed since. */
  clear(req: Request): void {
    this.#checks.delete(req)
    this.#checked.delete(req)
  }

  /**
   * Returns who is signed in, for guards.
   *
   * @returns nothing if no user is signed in, or if `req.user` has changed since
   * @throws OneLoginError `session_unavailable` if `session()` of this strategy has not checked this request, or
   * could not
   */
  concluded(req: Request): CheckedSession {
    const checked = this.#checked.get(req)
    if (!checked)
      throw misconfigured(
        'The session was not checked. Mount oneLogin.session() of this strategy after passport.session() and before the guards.',
      )
    if (checked.fault) throw checked.fault
    if (!checked.signedIn || req.user === checked.user) return checked
    if (goesRound(checked.signedIn)) throw userMismatch()
    return nobody
  }

  /** Whether `session()` has failed this request. */
  hasFailed(req: Request): boolean {
    return this.#checked.get(req)?.fault !== undefined
  }

  /** Returns the sign-out records of the app that handles this request. */
  signOuts(req: Request): SignOutRecords {
    const { signOutStore = sessionStoreOf(req), timeout } = this.#settings
    return new SignOutRecords(new RecordStore(signOutStore, timeout))
  }

  /** Returns the records in the session store of the app that handles this request. */
  records(req: Request): RecordStore {
    return new RecordStore(sessionStoreOf(req), this.#settings.timeout)
  }

  /** Returns the user whose sign-outs end a sign-in. */
  subject(sub: string): Subject {
    const { environment, clientId } = this.#settings
    return { issuer: environment.issuer, clientId, sub }
  }

  async #check(req: Request): Promise<CheckedSession> {
    const order = orderFault(req)
    const { session } = req as Partial<Request>
    if (!session)
      throw misconfigured('This request has no session. Mount express-session before this package.')
    // Passport sets authInfo if another strategy has authenticated this request: req.user is not the session's user.
    if (req.authInfo) return order ? { fault: order } : nobody
    const found = this.#entries.read(session)
    if (found.kind === 'without-user' && isRecent(found)) return { fault: withoutUser() }
    if (found.kind === 'moved' && isRecent(found, atOnce)) return { fault: movedSession() }
    if (found.kind !== 'signed-in')
      return {
        ...(found.kind === 'reauthenticate' && { reauthenticate: found }),
        ...(order && { fault: order }),
      }
    const { signedIn } = found
    const [signOuts, lastSeenAt] = await Promise.all([
      this.signOuts(req).of(this.subject(signedIn.sub)),
      this.#settings.session.idle === undefined ? undefined : lastActivity(this.records(req), signedIn.id),
    ])
    if (isSignedOut(signOuts, signedIn)) {
      await renewSession(req)
      return order ? { fault: order } : nobody
    }
    const left = timeLeft(this.#settings, signedIn, lastSeenAt)
    const isOver = left.absolute <= 0 || left.idle <= 0
    const { user } = req
    const fault = order ?? (user ? undefined : withoutUser())
    const who = isOver ? { expired: signedIn } : { signedIn }
    return { ...who, user, left, ...(fault && { fault }) }
  }
}

function isRecent({ completedAt }: Pick<SignedIn, 'completedAt'>, seconds = justNow): boolean {
  return nowInSeconds() - completedAt < seconds
}

/** Whether the browser is in a redirect loop: its guard does not find the user who has just signed in. */
function goesRound({ callbacks }: SignedIn): boolean {
  return callbacks.filter(({ at }) => isRecent({ completedAt: at })).length >= 3
}

/** Passport adds `logIn` to each request that it handles. */
function orderFault(req: Request): OneLoginError | undefined {
  if (typeof (req as Partial<Request>).logIn === 'function') return undefined
  return misconfigured(
    'oneLogin.session() runs before passport.session(). Mount express-session, passport.session() and oneLogin.session() in this order.',
  )
}

function withoutUser(): OneLoginError {
  return misconfigured(
    'A user has signed in and req.user is empty. Check that passport.session() is mounted before oneLogin.session(), ' +
      'that deserializeUser finds the user, and that passport.initialize() does not set another userProperty.',
  )
}

function movedSession(): OneLoginError {
  return misconfigured(
    'A user has signed in and your code has given the session another ID with req.session.regenerate(). Passport has renewed ' +
      'the ID already. Remove the call, or log the user in again with req.logIn.',
  )
}

function userMismatch(): OneLoginError {
  return misconfigured(
    'A user keeps signing in with One Login, but req.user is another user. Mount oneLogin.session() after everything that sets req.user.',
  )
}
