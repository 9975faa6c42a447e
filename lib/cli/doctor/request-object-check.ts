import type { AuthorizationExamination } from './authorization-examination.ts'
import type { Ask } from './authorization-probe.ts'
import { ok, runAgain, unknown, warning, type Finding } from './finding.ts'
import { registryOf } from './registry.ts'

const check = 'request object'

/**
 * Sends a request that One Login accepts again, without its request object. If One Login accepts that too, anyone at the
 * user's browser can remove what the service requested.
 *
 * @param ask - a request whose request object One Login accepts, if it has one
 */
export async function requestObjectFinding(
  { settings, probe }: AuthorizationExamination,
  ask: Ask,
): Promise<Finding> {
  if (!ask.requestObject) return ok(check, 'not sent and not required')
  const verdict = await probe({ ...ask, requestObject: false })
  if (verdict === 'request object') return ok(check, 'One Login accepts it and rejects an unsigned request')
  // One Login rejects a scope, a claim or a level only after it has accepted the unsigned request.
  if (verdict === 'accepted' || verdict === 'scope' || verdict === 'claims' || verdict === 'vectors')
    return warning(
      check,
      'unsigned-requests-accepted',
      'One Login accepts unsigned requests too: a person at an unlocked browser can repeat a request without prompt or claims.',
      `Have JarValidationRequired set ${registryOf(settings)}, before you use reauthenticateWithin.`,
    )
  return unknown(
    check,
    'no-clear-response',
    'One Login accepts it. Could not check whether One Login accepts unsigned requests too.',
    runAgain,
  )
}
