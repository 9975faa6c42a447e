import {
  areLanguageTags,
  checkChannel,
  checkClaims,
  checkCodeChallenge,
  checkRedirectUri,
  checkResponseMode,
  checkScopes,
  checkVectors,
  localeOf,
  scopeList,
  type AuthorizationRequest,
  type CheckedRequest,
  type RedirectTarget,
} from './received-request.ts'
import { ClientKeyError, unknownKey, type ClientKeys } from '../keys/client-keys.ts'
import type { ClientRegistration } from '../client-registration.ts'
import { decodeJwt, isJsonObject, type DecodedJwt, type JsonObject } from '../keys/jwt.ts'
import { knownPrompts, parseVtr, type AuthorizationQuery } from './query.ts'
import { OAuthRefusal, PageRefusal, type ErrorCode } from './refusal.ts'

const tolerance = 30
const longestLoginHint = 256

/** What the checks of a request object need in addition to the request. */
export interface RequestObjectContext {
  readonly authorizationEndpoint: string
  readonly clientKeys: ClientKeys
  readonly seconds: number
}

/** Applies One Login's rules, in its order, to a request in a request object. */
export async function checkRequestObject(
  compact: string,
  query: AuthorizationQuery,
  client: ClientRegistration,
  context: RequestObjectContext,
): Promise<CheckedRequest> {
  const { claims } = await verifiedObject(compact, client, context.clientKeys)
  checkTimes(claims, context.seconds)
  const target = registeredTarget(claims, client)
  checkResponseMode(text(claims, 'response_mode'))
  try {
    return { passed: true, request: { ...target, ...checkedParameters(query, claims, client, context) } }
  } catch (error) {
    if (error instanceof OAuthRefusal) return { passed: false, target, refusal: error }
    throw error
  }
}

async function verifiedObject(
  compact: string,
  client: ClientRegistration,
  clientKeys: ClientKeys,
): Promise<DecodedJwt> {
  const jwt = decodeJwt(compact)
  if (!jwt || jwt.header.alg === 'none') throw new PageRefusal('Invalid request', 'request is not signed')
  try {
    if (await clientKeys.verify(jwt, client)) return jwt
  } catch (error) {
    if (error instanceof ClientKeyError) throw new PageRefusal('Unexpected server error', error.message)
    throw error
  }
  throw new PageRefusal('Trust chain validation failed', unknownKey)
}

function checkTimes(claims: JsonObject, seconds: number): void {
  const { exp, nbf } = claims
  if (typeof exp === 'number' && exp + tolerance <= seconds) {
    throw new PageRefusal('Invalid request', 'the request object has expired')
  }
  if (typeof nbf === 'number' && nbf - tolerance >= seconds) {
    throw new PageRefusal('Invalid request', 'the request object is not valid yet')
  }
}

function registeredTarget(claims: JsonObject, client: ClientRegistration): RedirectTarget {
  const redirectUri = checkRedirectUri(text(claims, 'redirect_uri'), client)
  const state = text(claims, 'state')
  return { redirectUri, responseMode: 'query', ...(state !== undefined && { state }) }
}

/** Returns a claim that must be a string if it is present. Any other type makes One Login fail. */
function text(claims: JsonObject, name: string): string | undefined {
  const value = claims[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw new PageRefusal('Unexpected server error', `${name} is not a string`)
}

function checkedParameters(
  query: AuthorizationQuery,
  claims: JsonObject,
  client: ClientRegistration,
  context: RequestObjectContext,
): Omit<AuthorizationRequest, keyof RedirectTarget> {
  checkEnvelope(query, claims, client, context.authorizationEndpoint)
  if (claims.response_type !== 'code') throw new OAuthRefusal('unsupported_response_type')
  const scope = claims.scope
  if (typeof scope !== 'string') throw new OAuthRefusal('invalid_scope')
  const scopes = scopeList(scope)
  checkScopes(scopes, client)
  const identityClaims = checkClaims(claimsRequest(claims.claims), client)
  const nonce = text(claims, 'nonce')
  if (nonce === undefined) throw new OAuthRefusal('invalid_request', 'Request is missing nonce parameter')
  const codeChallenge = text(claims, 'code_challenge')
  checkCodeChallenge(codeChallenge, text(claims, 'code_challenge_method'), client)
  const vectors = checkVectors(vtrList(claims.vtr), client)
  const locales = checkLocales(claims.ui_locales)
  const maxAge = checkMaxAge(claims.max_age)
  const loginHint = text(claims, 'login_hint')
  if (loginHint !== undefined && loginHint.length > longestLoginHint) {
    throw new OAuthRefusal('invalid_request', 'login_hint parameter is invalid')
  }
  checkChannel(text(claims, 'channel'))
  const prompt = text(claims, 'prompt')
  if (prompt !== undefined && !knownPrompts.includes(prompt)) {
    throw new PageRefusal('Unexpected server error', 'prompt is unknown')
  }
  const idTokenHint = text(claims, 'id_token_hint')
  if (!scopes.includes('openid')) {
    throw new PageRefusal('Unexpected server error', 'scope of the request object does not contain openid')
  }
  return {
    client,
    scopes,
    nonce,
    vectors,
    claims: identityClaims,
    vectorsGiven: claims.vtr !== undefined,
    prompts: prompt === undefined ? [] : [prompt],
    locale: localeOf(locales),
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(idTokenHint !== undefined && { idTokenHint }),
    ...(loginHint !== undefined && { loginHint }),
    ...(maxAge !== undefined && { maxAge }),
  }
}

/** Checks that the query and the object agree, and the issuer and audience of the object. */
function checkEnvelope(
  query: AuthorizationQuery,
  claims: JsonObject,
  client: ClientRegistration,
  authorizationEndpoint: string,
): void {
  const refusal = (code: ErrorCode, problem: string) => new OAuthRefusal(code, undefined, problem)
  if (text(claims, 'state') === undefined) {
    throw new OAuthRefusal('invalid_request', 'Request is missing state parameter')
  }
  if (query.get('response_type') !== 'code') throw new OAuthRefusal('unsupported_response_type')
  checkScopes(scopeList(query.get('scope') ?? ''), client)
  if (claims.client_id !== client.clientId)
    throw refusal('unauthorized_client', 'client_id is not the client_id in the query')
  if ('request' in claims || 'request_uri' in claims) {
    throw refusal('invalid_request', 'a request object cannot contain another')
  }
  if (![claims.aud].flat().includes(authorizationEndpoint))
    throw refusal('access_denied', `aud is not ${authorizationEndpoint}`)
  if (claims.iss !== client.clientId) throw refusal('unauthorized_client', 'iss is not the client ID')
}

function claimsRequest(value: unknown): unknown {
  if (value === undefined || value === null || isJsonObject(value)) return value
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : undefined
    if (isJsonObject(parsed)) return parsed
  } catch {
    // Falls through: One Login treats text that is not JSON like JSON that is not an object.
  }
  throw new PageRefusal('Unexpected server error', 'claims is not a JSON object')
}

function vtrList(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return parseVtr(value)
  return Array.isArray(value) ? (value as unknown[]) : []
}

function checkLocales(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && areLanguageTags(value)) return value
  throw new OAuthRefusal('invalid_request', 'ui_locales parameter is invalid')
}

function checkMaxAge(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw new OAuthRefusal('invalid_request', 'Max age could not be parsed to an integer')
  }
  if (number < 0) throw new OAuthRefusal('invalid_request', 'Max age is negative in request object')
  return number
}
