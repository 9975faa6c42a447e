import { settle, type SignIn, type SimulatorAnswer } from './answers.ts'
import type { BrowserSession } from './browser-sessions.ts'
import { identityOutcome } from './identity-outcome.ts'
import type { PendingSignIn } from './pending-sign-ins.ts'
import type { Provider } from './provider.ts'
import { redirectAddress } from './redirect.ts'
import { OAuthRefusal } from './refusal.ts'
import { endSession } from './session-end.ts'

/** Ends a sign-in the way an answer says: the address that takes the browser back to the service. */
export function finishSignIn(provider: Provider, pending: PendingSignIn, answer: SimulatorAnswer): string {
  const { request, session } = pending
  if (answer.error) {
    if (answer.error.error === 'login_required') endSession(provider, session)
    return redirectAddress(request, { ...answer.error })
  }
  try {
    return redirectAddress(request, { code: issueCode(provider, pending, settle(answer)) })
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error
    return redirectAddress(request, refusalParams(error))
  }
}

/** An error as it stands in a redirect. */
export function refusalParams({ code, description }: OAuthRefusal): Record<string, string> {
  return { error: code, ...(description !== undefined && { error_description: description }) }
}

function issueCode(provider: Provider, pending: PendingSignIn, signIn: SignIn): string {
  const { request, session, journey, reauthenticate, previous } = pending
  if (reauthenticate !== undefined && reauthenticate !== signIn.user.sub) {
    endSession(provider, session)
    throw new OAuthRefusal('login_required')
  }
  if (previous && previous.user?.sub !== signIn.user.sub) endSession(provider, previous)
  const authTime = authenticate(provider, session, signIn)
  journey.sub = signIn.user.sub
  const identity = identityOutcome(request, signIn)
  return provider.grants.issueCode({ request, signIn, identity, authTime, sid: journey.sid })
}

/** Signs the user in at the provider; one who is signed in already stays so, with the time they did it. */
function authenticate(provider: Provider, session: BrowserSession, { user }: SignIn): number {
  if (session.user?.sub !== user.sub || session.authTime === undefined) {
    session.authTime = provider.clock.seconds()
  }
  session.user = user
  return session.authTime
}
