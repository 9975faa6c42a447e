import type { Request, Response } from 'express'
import { identityClaims, type IdentityClaimName } from './claim-names.ts'
import { issueCoreIdentity } from './core-identity.ts'
import type { Grant } from './grants.ts'
import type { JsonObject } from './jwt.ts'
import type { Provider } from './provider.ts'
import type { SimulatorIdentity, SimulatorUser } from './users.ts'

/** Answers `GET /userinfo`. */
export function userinfo(provider: Provider, req: Request, res: Response): void {
  const authorization = req.headers.authorization
  if (authorization === undefined) {
    res.status(401).set('WWW-Authenticate', 'Bearer').end()
    return
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  const grant = provider.grants.findByAccessToken(token)
  if (!grant) {
    const challenge = 'Bearer error="invalid_token", error_description="Invalid access token"'
    res.status(401).set('WWW-Authenticate', challenge).end()
    return
  }
  res.status(200).json(userinfoClaims(provider, grant))
}

/** Everything the service asked for, as far as it is there. */
function userinfoClaims(provider: Provider, grant: Grant): JsonObject {
  const { user, claims } = grant.signIn
  return {
    sub: user.sub,
    ...accountClaims(user, grant.request.scopes),
    ...identityClaimsOf(provider, grant),
    ...claims,
  }
}

function accountClaims(user: SimulatorUser, scopes: readonly string[]): JsonObject {
  const { email, phoneNumber, walletSubjectId } = user
  return {
    ...(scopes.includes('email') && { email, email_verified: true }),
    ...(scopes.includes('phone') && {
      ...(phoneNumber !== undefined && { phone_number: phoneNumber }),
      phone_number_verified: phoneNumber !== undefined,
    }),
    ...(scopes.includes('wallet-subject-id') && { wallet_subject_id: walletSubjectId }),
  }
}

function identityClaimsOf(provider: Provider, { request, signIn, identity }: Grant): JsonObject {
  if (!identity) return {}
  const { user } = signIn
  const evidence = user.identity ?? { level: 'P0', names: [], birthDates: [] }
  const proof: (readonly [IdentityClaimName, unknown])[] =
    identity.proven === undefined
      ? []
      : [
          [
            'coreIdentityJWT',
            issueCoreIdentity(provider, {
              sub: user.sub,
              clientId: request.client.clientId,
              level: identity.proven,
              identity: evidence,
            }),
          ],
          ...documents(evidence),
        ]
  const returnCodes = identity.returnCodes.map((code) => ({ code }))
  const available = [...proof, ['returnCode', returnCodes] as const]
  return Object.fromEntries(
    available
      .filter(([name]) => request.claims.includes(name))
      .map(([name, value]) => [identityClaims[name], value]),
  )
}

function documents(identity: SimulatorIdentity): (readonly [IdentityClaimName, unknown])[] {
  return [
    ['address', identity.addresses ?? []],
    ['passport', identity.passports ?? []],
    ['drivingPermit', identity.drivingPermits ?? []],
  ]
}
