import { encodeJwt } from './jwt.ts'
import type { Provider } from './provider.ts'
import type { SimulatorIdentity } from './users.ts'
import type { LevelOfConfidence } from './vectors-of-trust.ts'

const lifetime = 30 * 60

/** Whom a core identity is about and for. */
export interface CoreIdentitySubject {
  readonly sub: string
  readonly clientId: string
  readonly level: LevelOfConfidence
  readonly identity: SimulatorIdentity
}

/** The core identity JWT. */
export function issueCoreIdentity(provider: Provider, subject: CoreIdentitySubject): string {
  const { identity, sub, clientId, level } = subject
  const key = provider.keys.identity
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
  }
  return encodeJwt({ kid: key.kid, alg: key.alg, typ: 'JWT' }, claims, key.signature)
}
