import { randomUUID } from 'node:crypto'
import { identityClaims } from '../claim-names.ts'
import { accessTokenLifetime, type Grant } from '../grants.ts'
import { encodeJwt } from '../keys/jwt.ts'
import type { Provider } from '../simulated-provider.ts'

/** The access token for a grant: a signed JWT, as the provider's is. Services must treat it as opaque. */
export function issueAccessToken({ keys, clock, grants, issuer }: Provider, grant: Grant): string {
  const { request, signIn, sid } = grant
  const iat = clock.seconds()
  const claims = {
    sub: signIn.user.sub,
    iss: issuer,
    client_id: request.client.clientId,
    scope: request.scopes,
    sid,
    ...(request.claims.length > 0 && { claims: request.claims.map((name) => identityClaims[name]) }),
    iat,
    exp: iat + accessTokenLifetime,
    jti: randomUUID(),
  }
  const { kid, alg, signature } = keys.ec
  const token = encodeJwt({ kid, alg }, claims, signature)
  grants.addAccessToken(token, grant)
  return token
}
