import { createHash, timingSafeEqual } from 'node:crypto'
import { ClientKeyError, unknownKey } from './keys/client-keys.ts'
import type { ClientRegistration } from './client-registration.ts'
import { decodeJwt, type DecodedJwt } from './keys/jwt.ts'
import type { Provider } from './simulated-provider.ts'
import { OAuthRefusal } from './authorization/refusal.ts'

const tolerance = 30
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Returns the service that sent a token request. Rejects a request that does not authenticate. */
export async function authenticateClient(
  provider: Provider,
  form: URLSearchParams,
): Promise<ClientRegistration> {
  const get = (name: string) => form.get(name) ?? undefined
  const assertion = get('client_assertion')
  if (assertion !== undefined && get('client_assertion_type') !== undefined) {
    return authenticateByAssertion(provider, form, assertion)
  }
  const secret = get('client_secret')
  const clientId = get('client_id')
  if (secret !== undefined && clientId !== undefined) return authenticateBySecret(provider, clientId, secret)
  throw new OAuthRefusal('invalid_request', 'Invalid token authentication method used')
}

async function authenticateByAssertion(
  provider: Provider,
  form: URLSearchParams,
  assertion: string,
): Promise<ClientRegistration> {
  const { jwt, sub, exp } = parseAssertion(form, assertion)
  const client = provider.clients.find(sub)
  if (!client) throw new OAuthRefusal('invalid_client')
  if (client.tokenAuthMethod !== 'private_key_jwt') {
    throw new OAuthRefusal('invalid_client', 'Client is not registered to use private_key_jwt')
  }
  if (exp + tolerance <= provider.clock.seconds()) {
    throw new OAuthRefusal('invalid_grant', 'private_key_jwt has expired')
  }
  const refuse = (problem: string) =>
    new OAuthRefusal('invalid_client', 'Invalid signature in private_key_jwt', problem)
  if (!(await isSigned(provider, jwt, client))) throw refuse(unknownKey)
  if (!areClaimsRight(provider, jwt)) throw refuse('iss, aud or nbf of the assertion is wrong')
  return client
}

/** Reads an assertion. Rejects one that lacks a required member. */
function parseAssertion(
  form: URLSearchParams,
  assertion: string,
): { jwt: DecodedJwt; sub: string; exp: number } {
  const malformed = new OAuthRefusal('invalid_request', 'Invalid private_key_jwt')
  const jwt = decodeJwt(assertion)
  if (!jwt || form.get('client_assertion_type') !== assertionType) throw malformed
  const { iss, sub, aud, exp } = jwt.claims
  if (typeof iss !== 'string' || typeof sub !== 'string' || (form.get('client_id') ?? sub) !== sub)
    throw malformed
  if (typeof exp !== 'number' || aud === undefined || !isAsymmetric(jwt)) throw malformed
  return { jwt, sub, exp }
}

const isAsymmetric = ({ header }: DecodedJwt): boolean => /^[RPE]S\d+$/.test(String(header.alg))

async function isSigned(
  { clientKeys }: Provider,
  jwt: DecodedJwt,
  client: ClientRegistration,
): Promise<boolean> {
  try {
    return await clientKeys.verify(jwt, client)
  } catch (error) {
    if (!(error instanceof ClientKeyError)) throw error
    const description = 'Failed to fetch or parse JWKS to verify signature of private_key_jwt'
    throw new OAuthRefusal('server_error', description, error.message)
  }
}

/** The remaining checks. One Login reports their failures as a wrong signature too. */
function areClaimsRight({ issuer, clock }: Provider, { claims }: DecodedJwt): boolean {
  const { iss, sub, aud, nbf } = claims
  const audiences = [aud].flat()
  const isForUs = audiences.includes(`${issuer}token`) || audiences.includes(issuer)
  const isValidYet = typeof nbf !== 'number' || nbf - tolerance <= clock.seconds()
  return iss === sub && isForUs && isValidYet
}

function authenticateBySecret(provider: Provider, clientId: string, secret: string): ClientRegistration {
  const client = provider.clients.find(clientId)
  if (!client) throw new OAuthRefusal('invalid_client')
  if (client.tokenAuthMethod !== 'client_secret_post') {
    throw new OAuthRefusal('invalid_client', 'Client is not registered to use client_secret_post')
  }
  const digest = (text: string) => createHash('sha256').update(text).digest()
  if (!timingSafeEqual(digest(secret), digest(client.clientSecret))) {
    throw new OAuthRefusal('invalid_client', 'Invalid client secret')
  }
  return client
}
