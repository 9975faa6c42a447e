import { verifyLogoutToken } from '../../lib/tokens/logout-token.ts'
import { demand, unlessRefused } from '../refusals.ts'
import { claimsIn, findKey, tokenOf } from '../signed-input.ts'

const settings = {
  clientId: 'a-service',
  clockTolerance: 30,
  environment: { issuer: 'https://oidc.example/', allowInsecureRequests: false },
}
const event = 'http://schemas.openid.net/event/backchannel-logout'

/** The token of a back-channel logout. */
export async function fuzz(data: Buffer): Promise<void> {
  const { jwt, isSigned } = tokenOf(data)
  const provider = { tokenKey: findKey('the-key') }
  const token = await unlessRefused(['logout_token_invalid'], () =>
    verifyLogoutToken(jwt, provider, settings),
  )
  if (!token) return
  demand(isSigned, 'a forged logout token is accepted')
  const { iss, aud, sub, events, nonce } = claimsIn(jwt)
  demand(iss === settings.environment.issuer, 'another issuer')
  demand([aud].flat().join('\n') === settings.clientId, 'another client')
  demand(typeof sub === 'string' && sub !== '' && token.sub === sub, 'no user')
  demand(JSON.stringify(events) === JSON.stringify({ [event]: {} }), 'other events')
  demand(nonce === undefined || nonce === null, 'a nonce')
}
