import { verifyIdToken } from '../../lib/tokens/id-token.ts'
import { demand, unlessRefused } from '../refusals.ts'
import { claimsIn, findKey, tokenOf } from '../signed-input.ts'

const settings = {
  clientId: 'a-service',
  clockTolerance: 30,
  environment: { issuer: 'https://oidc.example/', allowInsecureRequests: false },
}
const codes = [
  'id_token_invalid',
  'id_token_key_unknown',
  'authentication_level_too_low',
  'authentication_too_old',
] as const

/** An ID token. */
export async function fuzz(data: Buffer): Promise<void> {
  const { jwt, isSigned } = tokenOf(data)
  const provider = { tokenKey: findKey('the-key') }
  const expected = { nonce: 'the-nonce', credential: 'Cl.Cm', accessToken: 'the-access-token' } as const
  const token = await unlessRefused(codes, () => verifyIdToken(jwt, expected, provider, settings))
  if (!token) return
  demand(isSigned, 'a forged ID token is accepted')
  const { iss, aud, nonce, vot, sub, exp } = claimsIn(jwt)
  demand(iss === settings.environment.issuer, 'another issuer')
  demand([aud].flat().join('\n') === settings.clientId, 'another client')
  demand(
    nonce === expected.nonce && vot === 'Cl.Cm' && token.vot === 'Cl.Cm',
    'another nonce or a weaker level',
  )
  demand(token.sub === sub && typeof sub === 'string' && sub !== '', 'another user')
  demand(typeof exp === 'number' && exp > Date.now() / 1000 - 40, 'it has expired')
}
