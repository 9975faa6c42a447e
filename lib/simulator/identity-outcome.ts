import type { SignIn } from './outcome.ts'
import type { AuthorizationRequest } from './authorization/received-request.ts'
import { OAuthRefusal } from './authorization/refusal.ts'
import {
  asksForIdentity,
  levelsOfConfidence,
  type LevelOfConfidence,
} from './authorization/requested-vectors.ts'

/** The outcome of an identity check. */
export interface IdentityOutcome {
  /** The proven level. Not set if no requested level was proven. */
  readonly proven?: LevelOfConfidence
  readonly returnCodes: readonly string[]
}

/**
 * Returns the outcome of a request's identity check for a user. If the check fails, the service gets return codes if
 * it requested them, and `access_denied` if it did not.
 *
 * @returns `undefined` if the request does not ask for an identity
 * @throws OAuthRefusal `access_denied`
 */
export function identityOutcome(request: AuthorizationRequest, signIn: SignIn): IdentityOutcome | undefined {
  if (!request.vectors.every(asksForIdentity)) return undefined
  const rank = (level: LevelOfConfidence) => levelsOfConfidence.indexOf(level)
  const requested = request.vectors.map((vector) => vector.confidence ?? 'P0')
  const proven = requested.findLast((level) => rank(level) <= rank(signIn.level))
  if (proven !== undefined) return { proven, returnCodes: signIn.returnCodes ?? [] }
  const returnCodes = signIn.returnCodes ?? ['A']
  if (returnCodes.length === 0 || !request.claims.includes('returnCode'))
    throw new OAuthRefusal('access_denied')
  return { returnCodes }
}
