import type { LevelOfConfidence, Vector } from '../authorization/requested-vectors.ts'
import { coreIdentityFaults } from '../faults/core-identity-faults.ts'
import type { Provider } from '../simulated-provider.ts'
import type { SimulatorIdentity } from '../users/simulator-user.ts'
import { dueTokenFaults, signToken } from './issued-token.ts'

const lifetime = 30 * 60

/** The subject of a core identity, and the service that requested it. */
export interface CoreIdentitySubject {
  readonly sub: string
  readonly clientId: string
  readonly level: LevelOfConfidence
  /** The lowest vector of the request. */
  readonly requested: Vector
  readonly identity: SimulatorIdentity
  /** Claims that replace the claims made from the user. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Issues the core identity JWT. */
export function issueCoreIdentity(provider: Provider, subject: CoreIdentitySubject): Promise<string> {
  const { identity, sub, clientId, level, requested } = subject
  const iat = provider.clock.seconds()
  const claims = {
    sub,
    iss: provider.coreIdentityIssuer,
    aud: clientId,
    nbf: iat,
    iat,
    exp: iat + lifetime,
    vot: level,
    vtm: `${provider.issuer}trustmark`,
    vc: {
      type: ['VerifiableCredential', 'VerifiableIdentityCredential'],
      credentialSubject: {
        name: identity.names,
        birthDate: identity.birthDates.map((value) => ({ value })),
      },
    },
    ...subject.claims,
  }
  const faults = dueTokenFaults(provider.faults, 'core-identity', coreIdentityFaults)
  return signToken(provider, { key: provider.keys.identity, claims, type: 'JWT', requested }, faults)
}
