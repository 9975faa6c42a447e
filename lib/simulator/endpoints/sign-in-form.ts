import type { SimulatorResponse } from '../outcome.ts'
import { refusalAddress } from '../authorization/redirect.ts'
import { OAuthRefusal } from '../authorization/refusal.ts'
import { isLevelOfConfidence } from '../authorization/requested-vectors.ts'
import { errorsAfterPage } from '../faults/authorize-faults.ts'
import type { PendingSignIn } from '../pending-sign-ins.ts'
import type { Provider } from '../simulated-provider.ts'
import { redirection, text, type Call, type Reply } from '../reply.ts'
import { finishSignIn } from '../completed-sign-in.ts'
import { isReadyUserName } from '../users/ready-users.ts'

/** Handles `POST /sign-in`: the form in which a person chose the user and the response. */
export function submitSignIn(provider: Provider, call: Call): Reply {
  const pending = provider.pendingSignIns.remove(call.form.get('journey') ?? '')
  if (!pending)
    return text(
      400,
      'This page was submitted already, or is too old. Go back to the service and sign in again.',
    )
  if (provider.sessions.find(call.headers.cookie) !== pending.session) {
    const description = 'Access denied for security reasons, a new authentication request may be successful'
    return redirection(refusalAddress(pending.request, new OAuthRefusal('access_denied', description)))
  }
  return redirection(finishSignIn(provider, pending, chosen(call.form, pending, provider.response)))
}

/** Returns the choice of the person. A ready user is unchanged by what a test has set for other users. */
function chosen(
  form: URLSearchParams,
  { session }: PendingSignIn,
  response: SimulatorResponse,
): SimulatorResponse {
  const user = form.get('user') ?? ''
  const level = form.get('level') ?? ''
  const codes = form.get('returnCodes')?.match(/[A-Za-z0-9]+/g) ?? []
  const error = form.get('error') ?? ''
  return {
    ...(isReadyUserName(user) ? { user } : response),
    ...(user === 'signed-in' && session.user && { user: session.user }),
    ...(isLevelOfConfidence(level) && { level }),
    ...(codes.length > 0 && { returnCodes: codes }),
    ...(isError(error) && { error: errorsAfterPage[error] }),
  }
}

function isError(name: string): name is keyof typeof errorsAfterPage {
  return Object.hasOwn(errorsAfterPage, name)
}
