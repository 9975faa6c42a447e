import * as v from 'valibot'
import { credentialSubjectSchema } from '../claims.ts'
import { OneLoginError } from '../errors.ts'
import { requireDidSettings } from '../options/environments.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { Provider } from '../provider/provider.ts'
import { verifySignedToken } from './signed-token.ts'
import { confidenceSatisfies, isConfidenceLevel, type IdentityLevel } from '../vectors-of-trust.ts'

/** The content of a verified core identity. */
export interface CoreIdentity {
  /** The level of confidence that One Login reached. At least the requested level. */
  readonly level: IdentityLevel
  readonly name: v.InferOutput<typeof credentialSubjectSchema>['name']
  readonly birthDate: v.InferOutput<typeof credentialSubjectSchema>['birthDate']
}

/**
 * Verifies a core identity and returns its content. The JWT itself is not stored.
 *
 * @param jwt - the `coreIdentityJWT` claim from userinfo
 * @param expected - the `sub` of the ID token, and the lowest requested level of confidence
 * @throws OneLoginError `core_identity_invalid`, `core_identity_key_unknown`, `identity_level_too_low`,
 * `identity_claim_invalid`, or the error of the DID document
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/
 */
export async function verifyCoreIdentity(
  jwt: unknown,
  expected: { readonly sub: string; readonly level: IdentityLevel },
  provider: Pick<Provider, 'identityKey'>,
  { environment, clientId, clockTolerance }: Pick<Settings, 'environment' | 'clientId' | 'clockTolerance'>,
): Promise<CoreIdentity> {
  const { didController, coreIdentityIssuer } = requireDidSettings(environment)
  if (typeof jwt !== 'string') throw refusal('it is not a JWT')
  const { vot, vc } = await verifySignedToken(jwt, {
    name: 'core identity',
    code: 'core_identity_invalid',
    findKey: (kid) => findKey(kid, provider, didController),
    algorithms: ['ES256'],
    issuer: coreIdentityIssuer,
    subject: expected.sub,
    clientId,
    clockTolerance,
  })
  if (!isConfidenceLevel(vot)) throw refusal('its "vot" is missing or not a level of confidence')
  if (!confidenceSatisfies(vot, expected.level))
    throw new OneLoginError(
      'identity_level_too_low',
      `One Login proved the identity at ${vot}, but your service requested ${expected.level}.`,
    )
  const { success, output, issues } = v.safeParse(
    v.object({ credentialSubject: credentialSubjectSchema }),
    vc,
  )
  if (!success)
    throw new OneLoginError(
      'identity_claim_invalid',
      `The claim ${v.getDotPath(issues[0]) ?? 'vc'} of the core identity does not have the documented form.`,
    )
  return { level: vot, name: output.credentialSubject.name, birthDate: output.credentialSubject.birthDate }
}

// The DID in a token is compared and never resolved: it could point to an attacker's document.
async function findKey(kid: string, provider: Pick<Provider, 'identityKey'>, controller: string) {
  if (kid.split('#')[0] !== controller) throw refusal('its key belongs to another controller')
  const key = await provider.identityKey(kid)
  if (key) return key
  throw new OneLoginError(
    'core_identity_key_unknown',
    "The core identity's key is not in One Login's DID document. Do not trust this identity, and report an " +
      'incident to GOV.UK One Login.',
  )
}

function refusal(reason: string): OneLoginError {
  return new OneLoginError('core_identity_invalid', `The core identity was rejected: ${reason}.`)
}
