import * as v from 'valibot'
import { recordKey, type RecordStore } from './record-store.ts'
import type { SignedIn } from './signed-in.ts'

/** In seconds: longer than a request with the old cookies can take to arrive. */
const lifetime = 600

const recordSchema = v.object({ sub: v.string(), id: v.string() })

/**
 * Records which sign-in continues when a log-in gives the session a new ID. A sign-out that the browser sent before it
 * had the new session cookie finds no session, but still ends the sign-in: it has the cookie of the waiting sign-in,
 * which the same response clears.
 *
 * @param secret - the browser's secret of the sign-in that this log-in finishes
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function recordRenewal(
  records: RecordStore,
  secret: string,
  { sub, id }: Pick<SignedIn, 'sub' | 'id'>,
): Promise<void> {
  await records.write(keyOf(secret), { sub, id }, lifetime)
}

/**
 * Finds the sign-in that continues under another session ID.
 *
 * @param secret - one that the browser sent
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function renewedSignIn(
  records: RecordStore,
  secret: string,
): Promise<Pick<SignedIn, 'sub' | 'id'> | undefined> {
  const { success, output } = v.safeParse(recordSchema, await records.read(keyOf(secret)))
  return success ? output : undefined
}

function keyOf(secret: string): string {
  return recordKey('renewed', secret)
}
