import { createHash } from 'node:crypto'
import type { SessionData, Store } from 'express-session'
import { OneLoginError } from '../errors.ts'

/** The two calls that are needed of an express-session store. */
export type SignOutStore = Pick<Store, 'get' | 'set'>

/** Like a session as far as stores look. */
interface SignOutRecord {
  readonly cookie: Pick<SessionData['cookie'], 'originalMaxAge' | 'maxAge' | 'expires' | 'path' | 'httpOnly'>
  readonly signedOutAt: number
}

/**
 * Notes that all sessions of a user are over: one record, however many sessions there are and wherever they
 * are kept. It looks like a session, since that is what session stores can keep.
 *
 * @param store - of express-session's kind
 * @param sub - who has signed out
 * @param at - when, by the provider's clock, in seconds since 1970
 * @param lifetime - seconds to keep it: as long as the longest session can live
 * @throws OneLoginError `session_unavailable` when the store fails
 */
export async function recordSignOut(
  store: SignOutStore,
  sub: string,
  at: number,
  lifetime: number,
): Promise<void> {
  const writes = writesTo(store)
  const before = writes.get(sub)?.catch(() => undefined)
  const write = Promise.resolve(before).then(() => recordLater(store, sub, at, lifetime))
  writes.set(sub, write)
  try {
    await write
    // Stryker disable next-line BlockStatement: it saves memory
  } finally {
    // Stryker disable next-line ConditionalExpression: it saves memory
    if (writes.get(sub) === write) writes.delete(sub)
  }
}

/** One Login tells of each of a user's journeys, so sign-outs of a user come at once: here they queue. */
const writesUnderWay = new WeakMap<SignOutStore, Map<string, Promise<void>>>()

function writesTo(store: SignOutStore): Map<string, Promise<void>> {
  const writes = writesUnderWay.get(store) ?? new Map<string, Promise<void>>()
  writesUnderWay.set(store, writes)
  return writes
}

async function recordLater(store: SignOutStore, sub: string, at: number, lifetime: number): Promise<void> {
  // Tokens may overtake each other: an earlier sign-out must not replace a later one.
  if ((await signedOutAt(store, sub)) >= at) return
  const expires = new Date(Date.now() + lifetime * 1000)
  const cookie = {
    originalMaxAge: lifetime * 1000,
    maxAge: lifetime * 1000,
    expires,
    path: '/',
    httpOnly: true,
  }
  const record: SignOutRecord = { cookie, signedOutAt: at }
  await call((done) => {
    store.set(keyOf(sub), record, done)
  })
}

/**
 * When a user last signed out everywhere, by the provider's clock, in seconds since 1970; `-Infinity` for never.
 *
 * @throws OneLoginError `session_unavailable` when the store cannot be read, or the record in it
 */
export async function signedOutAt(store: SignOutStore, sub: string): Promise<number> {
  const record = await call<(SessionData & { signedOutAt?: unknown }) | null | undefined>((done) => {
    store.get(keyOf(sub), done)
  })
  if (!record) return -Infinity
  if (typeof record.signedOutAt === 'number') return record.signedOutAt
  throw new OneLoginError(
    'session_unavailable',
    'A record of a sign-out cannot be read: something else wrote to it.',
  )
}

/** Fixed in length and alphabet, whatever a subject looks like. */
function keyOf(sub: string): string {
  return `one-login-signed-out-${createHash('sha256').update(sub).digest('hex')}`
}

async function call<Result = void>(
  work: (done: (error?: unknown, result?: Result) => void) => void,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    work((error, result) => {
      if (error)
        reject(
          new OneLoginError('session_unavailable', 'The sign-out store failed: see that it can be reached.', {
            cause: error,
          }),
        )
      else resolve(result)
    })
  })
}
