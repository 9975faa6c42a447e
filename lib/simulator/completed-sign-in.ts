import { settle, type SignIn, type SimulatorResponse, type SimulatorError } from './outcome.ts'
import { redirectAddress } from './authorization/redirect.ts'
import { OAuthRefusal } from './authorization/refusal.ts'
import { asksForIdentity } from './authorization/requested-vectors.ts'
import type { BrowserSession } from './browser-sessions.ts'
import { authorizeErrorFaults, redirectFaults } from './faults/authorize-faults.ts'
import { identityOutcome } from './identity-outcome.ts'
import type { InPersonProgress } from './in-person-checks.ts'
import type { PendingSignIn } from './pending-sign-ins.ts'
import type { Provider } from './simulated-provider.ts'
import { endSession } from './session-end.ts'

type ErrorFault = keyof typeof authorizeErrorFaults
type RedirectFault = keyof typeof redirectFaults

const isErrorFault = (name: string): name is ErrorFault => Object.hasOwn(authorizeErrorFaults, name)
const isRedirectFault = (name: string): name is RedirectFault => Object.hasOwn(redirectFaults, name)

/** Completes a sign-in with a response. Returns the address that takes the browser back to the service. */
export function finishSignIn(
  provider: Provider,
  pending: PendingSignIn,
  response: SimulatorResponse,
): string {
  const due = provider.faults.use('authorize', (name) => isErrorFault(name) || isRedirectFault(name))
  const names = due.map(({ name }) => name)
  const errorFault = names.find(isErrorFault)
  const error = errorFault === undefined ? response.error : authorizeErrorFaults[errorFault].apply
  const result = outcome(provider, pending, response, error)
  if ('page' in result) return `${provider.issuer}in-person?check=${result.page}`
  const params = new URLSearchParams({ ...result })
  const { state } = pending.request
  if (state !== undefined) params.set('state', state)
  for (const name of names.filter(isRedirectFault)) redirectFaults[name].apply(params)
  return redirectAddress(pending.request, params)
}

function outcome(
  provider: Provider,
  pending: PendingSignIn,
  response: SimulatorResponse,
  error: SimulatorError | undefined,
): SimulatorError | { code: string } | { page: 'started' | 'too-early' } {
  if (error) {
    if (isFailedReauthentication(pending, error)) endSession(provider, pending.session)
    return error
  }
  try {
    const settled = settle(response)
    const progress = inPersonProgress(provider, pending, settled, response)
    if (typeof progress !== 'string')
      return { code: issueCode(provider, pending, { ...settled, ...progress }) }
    authenticate(provider, pending, settled)
    return { page: progress }
  } catch (refusal) {
    if (refusal instanceof OAuthRefusal) return refusal.params
    throw refusal
  }
}

/** Whether a re-authentication failed, with either of its two errors. The user is then signed out everywhere. */
function isFailedReauthentication({ request }: PendingSignIn, { error }: SimulatorError): boolean {
  return error === 'login_required' || (error === 'access_denied' && request.prompts.includes('login'))
}

function inPersonProgress(
  { inPersonChecks }: Provider,
  { request, reauthenticate }: PendingSignIn,
  { user }: SignIn,
  { inPerson }: SimulatorResponse,
): InPersonProgress {
  if (!request.vectors.every(asksForIdentity)) return undefined
  if (reauthenticate !== undefined && reauthenticate !== user.sub) return undefined
  return inPersonChecks.visit(user.sub, inPerson === 'pending')
}

function issueCode(provider: Provider, pending: PendingSignIn, signIn: SignIn): string {
  const { request, session, journey, reauthenticate } = pending
  if (reauthenticate !== undefined && reauthenticate !== signIn.user.sub) {
    endSession(provider, session)
    throw new OAuthRefusal('login_required')
  }
  const authTime = authenticate(provider, pending, signIn)
  journey.sub = signIn.user.sub
  const identity = identityOutcome(request, signIn)
  return provider.grants.issueCode({ request, signIn, identity, authTime, sid: journey.sid })
}

/** Signs the user in. A user who is already signed in keeps the time of their sign-in. */
function authenticate(provider: Provider, { session, previous }: PendingSignIn, { user }: SignIn): number {
  if (previous) endPreviousSession(provider, previous, session, user.sub)
  const isSignedIn = session.user?.sub === user.sub
  const authTime = (isSignedIn ? session.authTime : undefined) ?? provider.clock.seconds()
  session.user = user
  session.authTime = authTime
  return authTime
}

/** Handles the session that `max_age` found too old: it continues for the same user, and ends for any other. */
function endPreviousSession(
  provider: Provider,
  previous: BrowserSession,
  session: BrowserSession,
  sub: string,
): void {
  if (previous.user?.sub !== sub) {
    endSession(provider, previous)
    return
  }
  session.journeys.unshift(...previous.journeys)
  provider.sessions.end(previous)
}
