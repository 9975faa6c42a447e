import * as v from 'valibot'
import { OneLoginError } from '../errors.ts'
import { recordKey, type RecordStore } from './record-store.ts'
import type { SignedIn } from './signed-in.ts'

/** The longest possible session, in seconds. Sign-outs are stored for this time, even if today's limit is shorter. */
export const longestSession = 30 * 86_400

/** A session can outlast the last sign-out by at most this many seconds. */
const margin = 600

/** The most sign-outs to store for one user's single sessions. After that, the oldest are deleted. */
const mostEndedSessions = 100

const recordSchema = v.object({
  /** When the last back-channel logout was issued, by One Login's clock. In seconds since 1970. */
  issuedAt: v.optional(v.number()),
  /** When it arrived, by this service's clock. In milliseconds since 1970. */
  arrivedAt: v.optional(v.number()),
  /** The IDs of the sign-ins that ended in their own browser. */
  ended: v.optional(v.array(v.string())),
})

/** The known sign-outs of a user. */
export type SignOuts = v.InferOutput<typeof recordSchema>

/** A back-channel logout. */
export interface Logout {
  /** By One Login's clock, in seconds since 1970. */
  readonly issuedAt: number
  /** By this service's clock, in milliseconds since 1970. */
  readonly arrivedAt: number
}

/** A user of a client. */
export interface Subject {
  readonly issuer: string
  readonly clientId: string
  readonly sub: string
}

/**
 * The sign-outs of users. Each user has one record, and every request of a signed-in user reads it. So if a slow
 * request writes a session back after the user signed out, the session is still rejected.
 */
export class SignOutRecords {
  readonly #records: RecordStore

  constructor(records: RecordStore) {
    this.#records = records
  }

  /** @throws OneLoginError `session_unavailable` if the store or the record cannot be read */
  async of(subject: Subject): Promise<SignOuts> {
    return this.#read(keyOf('signed-out', subject))
  }

  /**
   * Ends all sessions of a user that began before a back-channel logout.
   *
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async add(subject: Subject, logout: Logout): Promise<void> {
    const key = keyOf('signed-out', subject)
    await inTurn(key, async () => {
      const logouts = keyOf('back-channel', subject)
      // First the record that only back-channel logouts write: see end().
      await this.#write(logouts, laterOf(await this.#read(logouts), logout))
      await this.#write(key, laterOf(await this.#read(key), logout))
    })
  }

  /**
   * Ends one session of a user, even if a later request writes it back.
   *
   * @param id - the ID of the sign-in, see {@link SignedIn}
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async end(subject: Subject, id: string): Promise<void> {
    const key = keyOf('signed-out', subject)
    await inTurn(key, async () => {
      const before = await this.#read(key)
      const ended = [...(before.ended ?? []), id].slice(-mostEndedSessions)
      await this.#write(key, { ...before, ended })
      // Another process may have written a back-channel logout between the read and the write, which this write
      // overwrote.
      const logout = await this.#read(keyOf('back-channel', subject))
      const { issuedAt = 0, arrivedAt = 0 } = logout
      if (issuedAt > (before.issuedAt ?? 0) || arrivedAt > (before.arrivedAt ?? 0))
        await this.#write(key, { ...laterOf(before, { issuedAt, arrivedAt }), ended })
    })
  }

  async #read(key: string): Promise<SignOuts> {
    const record = await this.#records.read(key)
    if (record === undefined) return {}
    const { success, output } = v.safeParse(recordSchema, record)
    if (success) return output
    throw new OneLoginError(
      'session_unavailable',
      'A sign-out record in the session store cannot be read. Check what else writes to the store.',
    )
  }

  async #write(key: string, signOuts: SignOuts): Promise<void> {
    await this.#records.write(key, signOuts, longestSession + margin)
  }
}

/** In milliseconds. If more lies between 2 events of one second, clocks differ and their order is unknown. */
const mostOfOneSecond = 2000

/**
 * Whether a sign-in has ended. After a back-channel logout, a sign-in stays valid if its ID token is later. In the same
 * second of One Login's clock, it stays valid if it started after the logout arrived.
 */
export function isSignedOut(
  { issuedAt, arrivedAt, ended }: SignOuts,
  { id, issuedAt: signedInAt, sentAt }: Pick<SignedIn, 'id' | 'issuedAt' | 'sentAt'>,
): boolean {
  if (ended?.includes(id)) return true
  if (issuedAt === undefined || signedInAt > issuedAt) return false
  const startedAfter = sentAt - (arrivedAt ?? Infinity)
  const isOfSameSecond = signedInAt === issuedAt && startedAfter > 0 && startedAfter < mostOfOneSecond
  return !isOfSameSecond
}

function laterOf(before: SignOuts, { issuedAt, arrivedAt }: Logout): SignOuts {
  return {
    ...before,
    issuedAt: Math.max(issuedAt, before.issuedAt ?? 0),
    arrivedAt: Math.max(arrivedAt, before.arrivedAt ?? 0),
  }
}

function keyOf(kind: string, { issuer, clientId, sub }: Subject): string {
  return recordKey(kind, issuer, clientId, sub)
}

/** One Login sends one logout for each journey of a user, so several arrive at once. They wait for each other here. */
const queues = new Map<string, Promise<void>>()

async function inTurn(key: string, work: () => Promise<void>): Promise<void> {
  const before = queues.get(key)?.catch(() => undefined)
  const turn = Promise.resolve(before).then(work)
  queues.set(key, turn)
  try {
    await turn
  } finally {
    if (queues.get(key) === turn) queues.delete(key)
  }
}
