import { createHash } from 'node:crypto'
import { weakest } from '../authorization/requested-vectors.ts'
import { identityClaims, type IdentityClaimName } from '../claim-names.ts'
import type { ClientRegistration } from '../client-registration.ts'
import type { Grant } from '../grants.ts'
import type { JsonObject } from '../keys/jwt.ts'
import type { Provider } from '../simulated-provider.ts'
import { json, type Call, type Reply } from '../reply.ts'
import { issueCoreIdentity } from '../tokens/issued-core-identity.ts'
import type { SimulatorIdentity, SimulatorUser } from '../users/simulator-user.ts'

const nothingProven: SimulatorIdentity = { level: 'P0', names: [], birthDates: [] }

/** Handles `GET /userinfo`. */
export async function userinfo(provider: Provider, { headers }: Call): Promise<Reply> {
  const { authorization } = headers
  if (authorization === undefined) return unauthorized('Bearer')
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  const grant = provider.grants.findByAccessToken(token)
  const client = provider.clients.find(grant?.request.client.clientId)
  if (!grant || !client) return unauthorized(challenge('invalid_token', 'Invalid access token'))
  if (!grant.request.scopes.every((scope) => client.scopes.some((allowed) => allowed === scope)))
    return unauthorized(challenge('invalid_scope', 'Invalid, unknown or malformed scope'))
  return json(200, await claimsOf(provider, grant, client), { 'Cache-Control': 'no-store' })
}

function challenge(error: string, description: string): string {
  return `Bearer error="${error}", error_description="${description}"`
}

function unauthorized(header: string): Reply {
  return { status: 401, headers: { 'WWW-Authenticate': header }, body: '' }
}

/** Returns the requested claims that the user has. */
async function claimsOf(provider: Provider, grant: Grant, client: ClientRegistration): Promise<JsonObject> {
  const { user, claims } = grant.signIn
  return {
    sub: user.sub,
    ...accountClaims(user, grant.request.scopes),
    // A service that may no longer request identities gets none, even if its token was issued before.
    ...(client.identityEnabled && (await identityClaimsOf(provider, grant))),
    ...claims,
  }
}

function accountClaims(user: SimulatorUser, scopes: readonly string[]): JsonObject {
  const { email, phoneNumber, walletSubjectId } = user
  const { emailVerified = typeof email === 'string' } = user
  const { phoneNumberVerified = phoneNumber !== undefined } = user
  return {
    ...(scopes.includes('email') && { email, email_verified: emailVerified }),
    ...(scopes.includes('phone') && {
      phone_number: phoneNumber,
      phone_number_verified: phoneNumberVerified,
    }),
    ...(scopes.includes('wallet-subject-id') && {
      wallet_subject_id: walletSubjectId ?? walletSubjectOf(user.sub),
    }),
  }
}

function walletSubjectOf(sub: string): string {
  return `urn:fdc:wallet.account.gov.uk:2024:${createHash('sha256').update(sub).digest('base64url')}`
}

async function identityClaimsOf(
  provider: Provider,
  { request, signIn, identity }: Grant,
): Promise<JsonObject> {
  if (!identity) return {}
  const { user } = signIn
  const evidence = user.identity ?? nothingProven
  const asked = (name: IdentityClaimName) => request.claims.includes(name)
  const claims: Partial<Record<IdentityClaimName, unknown>> = {}
  if (identity.proven !== undefined) {
    if (asked('coreIdentityJWT')) {
      const subject = {
        sub: user.sub,
        clientId: request.client.clientId,
        level: identity.proven,
        requested: weakest(request.vectors),
        identity: evidence,
        claims: signIn.coreIdentity,
      }
      claims.coreIdentityJWT = await issueCoreIdentity(provider, subject)
    }
    claims.address = evidence.addresses ?? []
    // One Login leaves out a document that the user did not show.
    claims.passport = evidence.passports
    claims.drivingPermit = evidence.drivingPermits
  }
  claims.returnCode = identity.returnCodes.map((code) => ({ code }))
  const names = Object.keys(identityClaims) as IdentityClaimName[]
  return Object.fromEntries(names.filter(asked).map((name) => [identityClaims[name], claims[name]]))
}
