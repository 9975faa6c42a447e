import type { Request } from 'express'
import { isAbsence, storeFailure } from './record-store.ts'
import { carryEntries, earlierSession, type SessionEntries, type SignedIn } from './signed-in.ts'

type Done = (error?: unknown) => void

interface LogInOptions {
  readonly session?: boolean
  readonly keepSessionInfo?: boolean
  readonly successReturnToOrRedirect?: string
}

/** The record to write into the session at log-in. */
export interface LogInPlan {
  readonly signedIn: SignedIn
  /** Whether the session already belongs to this user, so that the app's data in it can stay. */
  readonly keepsData: boolean
  /** For Passport's `successReturnToOrRedirect`. */
  readonly returnTo: string | undefined
  /** Called when the user has logged in and the session has the record. */
  readonly loggedIn: (record: SignedIn) => void
}

/**
 * Makes Passport's `req.logIn` write the record whenever it logs in the user that the verify callback returned.
 * Other log-ins of this request are not changed.
 */
export function followLogIn(
  req: Request,
  user: Express.User,
  entries: SessionEntries,
  plan: LogInPlan,
): void {
  const logIn = req.logIn.bind(req) as (user: Express.User, options: LogInOptions, done?: Done) => unknown
  const follow = (given: Express.User, second: LogInOptions | Done = {}, third?: Done): unknown => {
    const [options, done] = typeof second === 'function' ? [{}, second] : [second, third]
    if (given !== user || options.session === false) return logIn(given, options, done)
    const write = writerOf(req, entries, plan)
    const finish = () => {
      if (write()) plan.loggedIn(plan.signedIn)
      if (options.successReturnToOrRedirect && plan.returnTo !== undefined)
        Object.assign(req.session, { returnTo: plan.returnTo })
    }
    const stopFollowing = followRenewal(req, write)
    const keepSessionInfo = (options.keepSessionInfo ?? false) || plan.keepsData
    const end = (error: unknown): void => {
      stopFollowing()
      if (!error) finish()
      done?.(error)
    }
    // Without a callback, Passport says that it needs one.
    const result = logIn(user, { ...options, keepSessionInfo }, done && end)
    // @fastify/passport's `logIn` returns a promise instead of calling back.
    return result instanceof Promise ? result.then(finish) : result
  }
  req.logIn = req.login = follow as typeof req.logIn
}

/**
 * Returns the function that writes the record. It writes into each session once: usually before Passport saves it, and
 * otherwise after the log-in. It returns whether the session has the record.
 */
function writerOf(req: Request, entries: SessionEntries, { signedIn }: LogInPlan): () => boolean {
  const earlier = earlierSession(req.session)
  let written: Request['session'] | undefined
  return () => {
    if (written === req.session) return true
    carryEntries(req.session, earlier)
    if (!entries.write(req.session, signedIn)) return false
    written = req.session
    return true
  }
}

/**
 * Writes the entry into the renewed session before Passport saves it. If it were written later and the store then
 * failed, the store would hold a user whom no sign-out reaches.
 *
 * @returns a function that cancels the write if the log-in failed before the save
 */
function followRenewal(req: Request, write: () => unknown): () => void {
  const { session } = req
  const regenerate = session.regenerate.bind(session) as (...given: readonly unknown[]) => unknown
  let restore = () => undefined as unknown
  const beforeSave = () => {
    restore = replaceMethod(req.session, 'save', (save, given) => {
      restore()
      restore = () => undefined
      write()
      const result = save(...explainingFailure(given))
      skipRepeatedSave(req.session)
      return result
    })
  }
  replaceMethod(session, 'regenerate', (_regenerate, given) => {
    const [done] = explainingFailure(given.slice(-1))
    // The `regenerate` of @fastify/session can get the names of what to keep, and returns a promise if it gets no
    // callback.
    if (typeof done !== 'function') return regenerate(...given)
    return regenerate(...given.slice(0, -1), (error: unknown) => {
      // Another tab may have ended the old session already.
      const failure = isAbsence(error) ? undefined : error
      if (!failure) beforeSave()
      ;(done as Done)(failure)
    })
  })
  return () => restore()
}

/**
 * express-session saves a session with a new id once more at the end of the response, although nothing has changed
 * since the log-in. That would cost a write, and overwrite changes that another request has stored since.
 */
function skipRepeatedSave(session: Request['session']): void {
  const saved = contentOf(session)
  const restore = replaceMethod(session, 'save', (save, given) => {
    if (contentOf(session) !== saved) {
      restore()
      return save(...given)
    }
    const done = given.at(-1)
    if (typeof done === 'function') process.nextTick(done)
    return session
  })
}

/** All that a store keeps of a session, but for the time that every request sets again. */
function contentOf(session: Request['session']): string {
  const { cookie, ...members } = session as { cookie?: { toJSON?: () => object } }
  return JSON.stringify([{ ...(cookie?.toJSON?.() ?? cookie), expires: undefined }, members])
}

/** Replaces the store's error with this package's. The store's error is its cause. */
function explainingFailure(given: readonly unknown[]): readonly unknown[] {
  const done = given.at(-1)
  if (typeof done !== 'function') return given
  const explain: Done = (error) => (done as Done)(error ? storeFailure(error) : undefined)
  return [...given.slice(0, -1), explain]
}

function replaceMethod(
  session: Request['session'],
  name: 'save' | 'regenerate',
  replacement: (original: (...given: readonly unknown[]) => unknown, given: readonly unknown[]) => unknown,
): () => void {
  const own = Object.getOwnPropertyDescriptor(session, name)
  const original = session[name].bind(session) as (...given: readonly unknown[]) => unknown
  Object.defineProperty(session, name, {
    configurable: true,
    value: (...given: readonly unknown[]) => replacement(original, given),
  })
  return () => {
    if (own) Object.defineProperty(session, name, own)
    else Reflect.deleteProperty(session, name)
  }
}
