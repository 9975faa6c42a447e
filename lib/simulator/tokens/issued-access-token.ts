import { randomUUID } from 'node:crypto'
import { identityClaims } from '../claim-names.ts'
import { accessTokenLifetime, type Grant } from '../grants.ts'
import { encodeJwt } from '../keys/jwt.ts'
import type { Provider } from '../simulated-provider.ts'

/** Issues the access token of a grant: a signed JWT, like One Login's. Services must not read it. */
export async function issueAccessToken(
  { keys, clock, grants, issuer }: Provider,
  grant: Grant,
): Promise<string> {
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
  const { kid, alg, signature } = request.client.idTokenSigningAlg === 'RS256' ? await keys.rsa : keys.ec
  const token = encodeJwt({ kid, alg }, claims, signature)
  grants.addAccessToken(token, grant)
  return token
}
