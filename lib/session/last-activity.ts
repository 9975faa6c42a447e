import * as v from 'valibot'
import { recordKey, type RecordStore } from './record-store.ts'

const recordSchema = v.object({ lastSeenAt: v.number() })

/**
 * Returns when the user of a session was last active. This is a separate record: a slow request that wrote it into
 * the session would undo the changes that other requests have made there.
 *
 * @param id - the ID of the sign-in
 * @returns seconds since 1970, or nothing if it is not recorded
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function lastActivity(records: RecordStore, id: string): Promise<number | undefined> {
  const { success, output } = v.safeParse(recordSchema, await records.read(keyOf(id)))
  return success ? output.lastSeenAt : undefined
}

/**
 * Records that the user is active.
 *
 * @param at - the time, in seconds since 1970
 * @param lifetime - the seconds after which the session has ended in any case
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
