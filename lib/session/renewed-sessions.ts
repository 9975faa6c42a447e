import * as v from 'valibot'
import { recordKey, type RecordStore } from './record-store.ts'
import type { SignedIn } from './signed-in.ts'

/** In seconds: longer than a request with the old cookie can take to arrive. */
const lifetime = 600

const recordSchema = v.object({ sub: v.string(), id: v.string() })

/**
 * Records which sign-in continues when a log-in gives the session a new ID. A sign-out that the browser sent with the
 * old cookie finds no session, but still ends the sign-in.
 *
 * @param sessionId - the ID before the log-in
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function recordRenewal(
  records: RecordStore,
  sessionId: string,
  { sub, id }: Pick<SignedIn, 'sub' | 'id'>,
): Promise<void> {
  await records.write(keyOf(sessionId), { sub, id }, lifetime)
}

/**
 * Finds the sign-in that continues under another session ID.
 *
 * @throws OneLoginError `session_unavailable` if the store fails
 */
export async function renewedSignIn(
  records: RecordStore,
  sessionId: string,
): Promise<Pick<SignedIn, 'sub' | 'id'> | undefined> {
  const { success, output } = v.safeParse(recordSchema, await records.read(keyOf(sessionId)))
  return success ? output : undefined
}

function keyOf(sessionId: string): string {
  return recordKey('renewed', sessionId)
}
