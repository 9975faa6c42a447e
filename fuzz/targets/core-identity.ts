import { createIdentity } from '../../lib/sign-in/user.ts'
import { verifyCoreIdentity } from '../../lib/tokens/core-identity.ts'
import { demand, unlessRefused } from '../refusals.ts'
import { claimsIn, findKey, tokenOf } from '../signed-input.ts'

const didController = 'did:web:identity.example'
const settings = {
  clientId: 'a-service',
  clockTolerance: 30,
  environment: {
    issuer: 'https://oidc.example/',
    didController,
    didDocumentURL: 'https://identity.example/.well-known/did.json',
    coreIdentityIssuer: 'https://identity.example/',
    allowInsecureRequests: false,
  },
}
const codes = [
  'core_identity_invalid',
  'core_identity_key_unknown',
  'identity_level_too_low',
  'identity_claim_invalid',
] as const

/** A core identity. */
export async function fuzz(data: Buffer): Promise<void> {
  const { jwt, isSigned } = tokenOf(data)
  const provider = { identityKey: findKey(`${didController}#the-key`) }
  const expected = { sub: 'the-user', level: 'P2' } as const
  const core = await unlessRefused(codes, () => verifyCoreIdentity(jwt, expected, provider, settings))
  if (!core) return
  demand(isSigned, 'a forged core identity is accepted')
  const { iss, aud, sub, vot } = claimsIn(jwt)
  demand(iss === settings.environment.coreIdentityIssuer, 'another issuer')
  demand([aud].flat().join('\n') === settings.clientId && sub === expected.sub, 'another client or user')
  demand(vot === 'P2' || vot === 'P3', 'a weaker level')
  const identity = createIdentity(core, { sub: expected.sub })
  demand(
    identity.proven && /^\d{4}-\d\d-\d\d$/.test(identity.birthDate),
    'an identity without a date of birth',
  )
  demand(identity.name.parts.length > 0, 'an identity without a name')
}
