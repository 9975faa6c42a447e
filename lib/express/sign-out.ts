import type { Request, Response } from 'express'
import { publish } from '../events.ts'
import { clearSessionCookie } from './browser-cookies.ts'
import { renewedSignIn } from '../session/renewed-sessions.ts'
import type { RelyingParty } from './relying-party.ts'
import { nobody } from './session-check.ts'
import { destroySession } from './session-end.ts'

/**
 * Ends the session of a request, also for other requests of it that are still running.
 *
 * @param state - a value that One Login returns to the post-logout page
 * @returns the address to send the browser to
 * @throws OneLoginError `session_unavailable` if the session cannot be ended
 */
export async function signOut(
  party: RelyingParty,
  req: Request,
  res: Response,
  state?: string,
): Promise<string> {
  const { entries, sessions, signOutURL } = party
  const { session } = req as Partial<Request>
  if (!session) return signOutURL(undefined)
  const found = entries.read(session)
  const signedIn = found.kind === 'signed-in' ? found.signedIn : undefined
  for (const { sub, id } of signedIn ? [signedIn] : await renewed(party, req))
    await sessions.signOuts(req).end(sessions.subject(sub), id)
  await destroySession(req)
  sessions.conclude(req, nobody)
  clearSessionCookie(req, res, session)
  publish('signed-out', { ...(signedIn && { sub: signedIn.sub }), reason: 'user' })
  return signOutURL(signedIn?.idToken, state)
}

/** Returns the sign-ins that a callback is moving to another session at this moment. */
async function renewed({ sessions, cookies }: RelyingParty, req: Request) {
  const records = sessions.records(req)
  const found = await Promise.all(cookies.secrets(req).map((secret) => renewedSignIn(records, secret)))
  return found.filter((signIn) => signIn !== undefined)
}
