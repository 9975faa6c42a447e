import type { SignIn } from './outcome.ts'
import type { AuthorizationRequest } from './authorization/received-request.ts'
import { OAuthRefusal } from './authorization/refusal.ts'
import {
  asksForIdentity,
  levelsOfConfidence,
  type LevelOfConfidence,
} from './authorization/requested-vectors.ts'

/** How an identity check ended. */
export interface IdentityOutcome {
  /** The level that was proven; missing when none of the requested ones was. */
  readonly proven?: LevelOfConfidence
  readonly returnCodes: readonly string[]
}

/**
 * How the identity check of a request ends for a user. A check that fails comes back to the service as return
 * codes when it asked for them, and as `access_denied` when it did not.
 *
 * @returns `undefined` when the request asks for no identity
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
