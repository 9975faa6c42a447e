import { createHash } from 'node:crypto'
import { weakest } from '../authorization/requested-vectors.ts'
import { idTokenFaults } from '../faults/id-token-faults.ts'
import type { Grant } from '../grants.ts'
import type { Provider } from '../simulated-provider.ts'
import { dueTokenFaults, signToken } from './issued-token.ts'

const lifetime = 120

/** Issues the ID token of a grant. */
export async function issueIdToken(provider: Provider, grant: Grant, accessToken: string): Promise<string> {
  const { request, signIn, sid, authTime } = grant
  const key = request.client.idTokenSigningAlg === 'RS256' ? await provider.keys.rsa : provider.keys.ec
  const requested = weakest(request.vectors)
  const iat = provider.clock.seconds()
  const claims = {
    at_hash: accessTokenHash(accessToken),
    sub: signIn.user.sub,
    aud: request.client.clientId,
    iss: provider.issuer,
    vot: requested.credentialTrust,
    exp: iat + lifetime,
    iat,
    nonce: request.nonce,
    vtm: `${provider.issuer}trustmark`,
    sid,
    auth_time: authTime,
  }
  const faults = dueTokenFaults(provider.faults, 'id-token', idTokenFaults)
  return signToken(provider, { key, claims, requested }, faults)
}

function accessTokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}
