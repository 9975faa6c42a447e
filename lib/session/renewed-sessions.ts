import * as v from 'valibot'
import { recordKey, type RecordStore } from './record-store.ts'
import type { SignedIn } from './signed-in.ts'

/** Seconds: longer than a request that was sent with the old cookie can be under way. */
const lifetime = 600

const recordSchema = v.object({ sub: v.string(), id: v.string() })

/**
 * Records which sign-in goes on when a log-in gives the session another id. A sign-out that the browser sent before it
 * had the new cookie finds no session any more, but still ends the sign-in.
 *
 * @param sessionId - the one before the log-in
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
 * Finds the sign-in that went on under another session ID.
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
