import type { Request } from 'express'
import { OneLoginError } from '../errors.ts'
import { recordRenewal } from '../session/renewed-sessions.ts'
import { sessionIdOf, type SignedIn } from '../session/signed-in.ts'
import type { Transaction } from '../sign-in/transaction.ts'
import type { RelyingParty } from './relying-party.ts'

/** Lets a sign-out find this sign-in, although the browser does not have the new session's cookie yet. */
export async function announceRenewal(
  { cookies, sessions }: RelyingParty,
  req: Request,
  { state, startedFrom, sub }: Transaction,
  current: SignedIn | undefined,
): Promise<void> {
  const continued = current ?? { id: startedFrom, sub }
  if (continued.id === undefined || continued.sub === undefined) return
  const secret = cookies.secretOf(req, state)
  if (secret === undefined) return
  await recordRenewal(sessions.records(req), secret, { id: continued.id, sub: continued.sub })
}

/**
 * Returns the record of the session as it is after all of One Login's responses. Since this request read it, other
 * tabs may have changed it and the app's data in it.
 *
 * @throws OneLoginError `session_lost` if the user has signed out since
 */
export async function currentSignIn(
  party: RelyingParty,
  req: Request,
  transaction: Transaction,
  before: SignedIn | undefined,
): Promise<SignedIn | undefined> {
  const { entries, sessions } = party
  const stored = before && (await sessions.records(req).read(sessionIdOf(req.session)))
  if (before && stored) {
    useStored(req, stored)
    const found = entries.read(req.session)
    if (found.kind === 'signed-in' && found.signedIn.id === before.id) return found.signedIn
    throw signInLost()
  }
  // The session does not exist any more: another tab has renewed it, or its user has signed out.
  await refuseSignedOut(party, req, before ? { startedFrom: before.id, sub: before.sub } : transaction)
  return before
}

/** Gives a request the session as it is in the store now. */
function useStored(req: Request, stored: Readonly<Record<string, unknown>>): void {
  const { session, sessionID, sessionStore } = req as Partial<Request>
  // Only express-session keeps the ID in the request. Its stores are used with @fastify/session as well.
  if (sessionID !== undefined && typeof sessionStore?.createSession === 'function') {
    sessionStore.createSession(req, stored as never)
    return
  }
  const isData = (name: string) => !['cookie', 'sessionId', 'encryptedSessionId'].includes(name)
  for (const name of Object.keys(session ?? {}).filter(isData)) Reflect.deleteProperty(session ?? {}, name)
  Object.assign(session ?? {}, Object.fromEntries(Object.entries(stored).filter(([name]) => isData(name))))
}

/** Rejects a sign-in that started before a sign-out of the same session. */
export async function refuseSignedOut(
  { sessions }: RelyingParty,
  req: Request,
  { startedFrom, sub }: Pick<Transaction, 'startedFrom' | 'sub'>,
): Promise<void> {
  if (startedFrom === undefined || sub === undefined) return
  const { ended } = await sessions.signOuts(req).of(sessions.subject(sub))
  if (ended?.includes(startedFrom)) throw signInLost()
}

/** The error for a callback whose sign-in does not wait any more. */
export function signInLost(): OneLoginError {
  return new OneLoginError(
    'session_lost',
    'No sign-in with this "state" waits in this browser: it took too long, was already completed, or its user has signed out.',
  )
}
