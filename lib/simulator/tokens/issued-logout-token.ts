import { randomUUID } from 'node:crypto'
import type { TokenFault } from '../faults/token-fault.ts'
import { signToken, type Issuer } from './issued-token.ts'

const lifetime = 120

/** A logout token and its ID. */
export interface LogoutToken {
  readonly jti: string
  readonly token: string
}

/**
 * Issues a token that informs a service that a user has signed out. It is always signed with ES256, even if the
 * service's ID tokens are not.
 */
export async function issueLogoutToken(
  issuer: Issuer,
  { clientId, sub }: { readonly clientId: string; readonly sub: string },
  faults: readonly TokenFault[],
): Promise<LogoutToken> {
  const jti = randomUUID()
  const iat = issuer.clock.seconds()
  const claims = {
    jti,
    aud: clientId,
    sub,
    iss: issuer.issuer,
    iat,
    exp: iat + lifetime,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
  return {
    jti,
    token: await signToken(issuer, { key: issuer.keys.ec, claims, type: 'logout+jwt' }, faults),
  }
}
