import * as v from 'valibot'
import { recordKey, type RecordStore } from './record-store.ts'

const recordSchema = v.object({ lastSeenAt: v.number() })

/**
 * When the user of a session last did something. It is a record of its own: written into the session it would bring
 * back, with each slow request, what other requests have changed there meanwhile.
 *
 * @param id - of the sign-in
 * @returns seconds since 1970; nothing if it is not recorded
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function lastActivity(records: RecordStore, id: string): Promise<number | undefined> {
  const { success, output } = v.safeParse(recordSchema, await records.read(keyOf(id)))
  return success ? output.lastSeenAt : undefined
}

/**
 * Records that the user does something.
 *
 * @param at - seconds since 1970
 * @param lifetime - seconds after which the session has ended in any case
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function recordActivity(
  records: RecordStore,
  id: string,
  at: number,
  lifetime: number,
): Promise<void> {
  await records.write(keyOf(id), { lastSeenAt: at }, lifetime)
}

function keyOf(id: string): string {
  return recordKey('activity', id)
}
