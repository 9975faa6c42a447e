import type { Request } from 'express'
import type { SessionData } from 'express-session'
import type {} from 'passport'
import { OneLoginError } from '../errors.ts'
import type { SignedIn } from '../sign-in/completion.ts'
import type { Transaction } from '../sign-in/transaction.ts'

/** What this package keeps in a session, all of it under one name. Plain JSON. */
export interface OneLoginSessionData {
  /** The sign-ins that wait for One Login to send the browser back: ten at most. */
  transactions?: readonly Transaction[]
  /** Who is signed in, and how. It holds the ID token: keep the session on the server. */
  signedIn?: SignedIn
  /** When the user last did something; kept where an idle limit is set. Seconds since 1970. */
  lastSeenAt?: number
  /** How far a return from an in-person check has come: at the landing page, or signed in since. */
  inPersonReturn?: 'landed' | 'signed-in'
}

declare module 'express-session' {
  interface SessionData {
    oneLogin?: OneLoginSessionData
    /** Where Passport's `successReturnToOrRedirect` looks. */
    returnTo?: string
  }
}

/**
 * The part of the session that is this package's. A session that has none is left as it is, so that a visit
 * alone does not make one be stored.
 *
 * @throws OneLoginError `session_unavailable` when the app has no session for this request
 */
export function sessionData(req: Request): OneLoginSessionData {
  return sessionOf(req).oneLogin ?? {}
}

/** {@link sessionData} to write to. */
export function writableSessionData(req: Request): OneLoginSessionData {
  return (sessionOf(req).oneLogin ??= {})
}

function sessionOf(req: Request): Partial<SessionData> {
  const session = req.session as Partial<SessionData> | undefined
  if (!session)
    throw new OneLoginError(
      'session_unavailable',
      'There is no session: mount express-session before this package, and see that its store can be reached.',
    )
  return session
}

/** The signed-in user's record, when the app knows the user too. */
export function signedInUser(req: Request): SignedIn | undefined {
  return req.user ? (req.session as Partial<SessionData> | undefined)?.oneLogin?.signedIn : undefined
}

/** Writes the session to its store now. */
export async function saveSession(req: Request): Promise<void> {
  await inStore((done) => req.session.save(done))
}

/**
 * Ends the session and starts one under a new id, for the page that tells the user.
 *
 * @param kept - what is in the new one
 */
export async function renewSession(req: Request, kept?: OneLoginSessionData): Promise<void> {
  delete req.user
  await inStore((done) => req.session.regenerate(done))
  // Stryker disable next-line ConditionalExpression: in a session, which is JSON, there is no undefined
  if (kept) req.session.oneLogin = kept
}

/** Ends the session for good. */
export async function destroySession(req: Request): Promise<void> {
  delete req.user
  await inStore((done) => req.session.destroy(done))
}

/**
 * Has the session of a signed-in user stay ended when it is ended while this request is under way: at the end of
 * the request express-session writes it to its store, and the user would be signed in again.
 */
export function keepEnded({ session, sessionStore }: Request): void {
  const save = session.save.bind(session)
  Object.defineProperty(session, 'save', {
    configurable: true,
    value: (done: Done = () => undefined) => {
      sessionStore.get(session.id, (error: unknown, stored) => {
        if (stored) save(done)
        else done(error)
      })
      return session
    },
  })
}

async function inStore(work: (done: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => {
      if (!error) resolve()
      else
        reject(
          new OneLoginError('session_unavailable', 'The session store failed: see that it can be reached.', {
            cause: error,
          }),
        )
    })
  })
}

/**
 * Has Passport's `req.logIn` keep our record. It renews the session, which would lose the record, the sign-ins
 * that other tabs have started, and, for a user who proves an identity in mid-journey, all that the app knows.
 *
 * @param kept - what is to be in the session after the log-in
 * @param sameUser - whether the session is this user's already, so that the app's data in it can stay
 * @param returnTo - for Passport's `successReturnToOrRedirect`
 */
export function keepThroughLogIn(
  req: Request,
  kept: OneLoginSessionData,
  sameUser: boolean,
  returnTo?: string,
): void {
  const logIn = req.logIn.bind(req) as (user: Express.User, options: LogInOptions, done: Done) => unknown
  const keeping = (user: Express.User, second: LogInOptions | Done = {}, third?: Done): unknown => {
    const done = typeof second === 'function' ? second : (third ?? (() => undefined))
    // Stryker disable next-line ConditionalExpression,StringLiteral: a function has none of the options
    const options = typeof second === 'function' ? {} : second
    const keepSessionInfo = (options.keepSessionInfo ?? false) || sameUser
    const goBack = () => {
      if (options.successReturnToOrRedirect && returnTo !== undefined) req.session.returnTo = returnTo
    }
    if (options.session !== false) keepThroughRenewal(req, kept)
    const answer = logIn(user, { ...options, keepSessionInfo }, (error) => {
      if (!error) goBack()
      done(error)
    })
    // That of @fastify/passport calls nobody back: it gives a promise.
    return answer instanceof Promise ? answer.then(goBack) : answer
  }
  req.logIn = req.login = keeping as typeof req.logIn
}

/**
 * Passport saves the renewed session while it logs the user in. Our record must be in it by then: should the
 * store fail afterwards, it would keep a user whom no sign-out reaches.
 */
function keepThroughRenewal(req: Request, kept: OneLoginSessionData): void {
  const { session } = req
  const regenerate = session.regenerate.bind(session) as (...given: readonly unknown[]) => unknown
  const keep = () => {
    req.session.oneLogin = kept
  }
  // For Passport, which copies the old session over the new one where it keeps the app's data.
  session.oneLogin = kept
  Object.defineProperty(session, 'regenerate', {
    configurable: true,
    // That of @fastify/session may be given the names of what to keep, and without a callback gives a promise.
    value: (...given: readonly unknown[]) => {
      const done = given.at(-1) as Done | undefined
      if (typeof done !== 'function') return Promise.resolve(regenerate(...given)).then(keep)
      return regenerate(...given.slice(0, -1), (error: unknown) => {
        keep()
        done(error)
      })
    },
  })
}

type Done = (error?: unknown) => void

interface LogInOptions {
  readonly session?: boolean
  readonly keepSessionInfo?: boolean
  readonly successReturnToOrRedirect?: string
}
