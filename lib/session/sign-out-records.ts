import * as v from 'valibot'
import { OneLoginError } from '../errors.ts'
import { recordKey, type RecordStore } from './record-store.ts'
import type { SignedIn } from './signed-in.ts'

/** The longest that any session may live, in seconds: sign-outs are kept as long, whatever the limit is today. */
export const longestSession = 30 * 86_400

/** A session can outlive the last sign-out by no more than this, in seconds. */
const margin = 600

/** Sessions of one user that ended by themselves; past this the oldest go. */
const mostEndedSessions = 100

const recordSchema = v.object({
  /** When the last back-channel logout was issued, by the provider's clock. Seconds since 1970. */
  issuedAt: v.optional(v.number()),
  /** When it arrived, by this service's clock. Milliseconds since 1970. */
  arrivedAt: v.optional(v.number()),
  /** The sign-ins that their own browsers ended. */
  ended: v.optional(v.array(v.string())),
})

/** What is known of a user's sign-outs. */
export type SignOuts = v.InferOutput<typeof recordSchema>

/** A back-channel logout. */
export interface Logout {
  /** By the provider's clock, in seconds since 1970. */
  readonly issuedAt: number
  /** By this service's clock, in milliseconds since 1970. */
  readonly arrivedAt: number
}

/** Which user of which client. */
export interface Subject {
  readonly issuer: string
  readonly clientId: string
  readonly sub: string
}

/**
 * The sign-outs of users: one record for each, which every request of a signed-in user reads. A session that a slow
 * request writes back after its user signed out is found out by it.
 */
export class SignOutRecords {
  readonly #records: RecordStore

  constructor(records: RecordStore) {
    this.#records = records
  }

  /** @throws OneLoginError `session_unavailable` if the store, or the record, cannot be read */
  async of(subject: Subject): Promise<SignOuts> {
    return this.#read(keyOf('signed-out', subject))
  }

  /**
   * Ends all sessions of a user whose sign-in is not later than a back-channel logout.
   *
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async add(subject: Subject, logout: Logout): Promise<void> {
    await inTurn(keyOf('signed-out', subject), async () => {
      const logouts = keyOf('back-channel', subject)
      // First where only back-channel logouts write: see end().
      await this.#write(logouts, laterOf(await this.#read(logouts), logout))
      const key = keyOf('signed-out', subject)
      await this.#write(key, laterOf(await this.#read(key), logout))
    })
  }

  /**
   * Ends one session of a user, whoever writes it back.
   *
   * @param id - of the sign-in, see {@link SignedIn}
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async end(subject: Subject, id: string): Promise<void> {
    await inTurn(keyOf('signed-out', subject), async () => {
      const key = keyOf('signed-out', subject)
      const before = await this.#read(key)
      const ended = [...(before.ended ?? []), id].slice(-mostEndedSessions)
      await this.#write(key, { ...before, ended })
      // A back-channel logout that another process wrote between the two was just overwritten.
      const logout = await this.#read(keyOf('back-channel', subject))
      const { issuedAt = -Infinity, arrivedAt = -Infinity } = logout
      if (issuedAt > (before.issuedAt ?? -Infinity) || arrivedAt > (before.arrivedAt ?? -Infinity))
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

/**
 * Whether a sign-in is over. After a back-channel logout a sign-in goes on if its ID token is later, or if it was
 * started after the logout had arrived: the provider's clock alone could not tell within a second.
 */
export function isSignedOut(
  { issuedAt, arrivedAt, ended }: SignOuts,
  { id, issuedAt: signedInAt, sentAt }: Pick<SignedIn, 'id' | 'issuedAt' | 'sentAt'>,
): boolean {
  if (ended?.includes(id)) return true
  return issuedAt !== undefined && signedInAt <= issuedAt && sentAt <= (arrivedAt ?? Infinity)
}

function laterOf(before: SignOuts, { issuedAt, arrivedAt }: Logout): SignOuts {
  return {
    ...before,
    issuedAt: Math.max(issuedAt, before.issuedAt ?? -Infinity),
    arrivedAt: Math.max(arrivedAt, before.arrivedAt ?? -Infinity),
  }
}

function keyOf(kind: string, { issuer, clientId, sub }: Subject): string {
  return recordKey(kind, issuer, clientId, sub)
}

/** One Login sends one logout for each of a user's journeys, so several arrive at once: here they queue. */
const underWay = new Map<string, Promise<void>>()

async function inTurn(key: string, work: () => Promise<void>): Promise<void> {
  const before = underWay.get(key)?.catch(() => undefined)
  const turn = Promise.resolve(before).then(work)
  underWay.set(key, turn)
  try {
    await turn
  } finally {
    if (underWay.get(key) === turn) underWay.delete(key)
  }
}
