import { identityClaims, scopes as knownScopes, type IdentityClaimName } from '../claim-names.ts'
import type { ClientRegistration } from '../client-registration.ts'
import { isJsonObject } from '../keys/jwt.ts'
import { OAuthRefusal, PageRefusal } from './refusal.ts'
import { asksForIdentity, parseVectors, type Vector } from './requested-vectors.ts'

/** Where the response to an authorization request goes. */
export interface RedirectTarget {
  readonly redirectUri: string
  readonly state?: string
  readonly responseMode: 'query' | 'fragment'
}

/** An authorization request that passed every check. */
export interface AuthorizationRequest extends RedirectTarget {
  readonly client: ClientRegistration
  readonly scopes: readonly string[]
  readonly claims: readonly IdentityClaimName[]
  /** Lowest first. */
  readonly vectors: readonly Vector[]
  /** Whether the request named its vectors. */
  readonly vectorsGiven: boolean
  readonly nonce: string
  readonly codeChallenge?: string
  readonly prompts: readonly string[]
  readonly idTokenHint?: string
  readonly loginHint?: string
  readonly maxAge?: number
  readonly locale: 'en' | 'cy'
}

/** The result of checking a request: it passed, or an error goes back to the service. */
export type CheckedRequest =
  | { readonly passed: true; readonly request: AuthorizationRequest }
  | { readonly passed: false; readonly target: RedirectTarget; readonly refusal: OAuthRefusal }

/** Returns the list in a `scope` parameter. */
export const scopeList = (scope: string): string[] => scope.split(' ').filter((item) => item !== '')

/** Rejects scopes that One Login does not have or that the service is not registered for. */
export function checkScopes(list: readonly string[], client: ClientRegistration): void {
  const allowed = knownScopes.filter((scope) => client.scopes.includes(scope))
  if (!list.every((scope) => allowed.some((known) => known === scope)))
    throw new OAuthRefusal('invalid_scope')
}

/**
 * Returns the names under `userinfo` of a parsed `claims` parameter. Rejects claims that the service is not
 * registered for.
 */
export function checkClaims(claims: unknown, client: ClientRegistration): IdentityClaimName[] {
  const userinfo = isJsonObject(claims) && isJsonObject(claims.userinfo) ? claims.userinfo : {}
  return Object.keys(userinfo).map((name) => {
    const claim = client.claims.find((registered) => identityClaims[registered] === name)
    if (claim === undefined) throw new OAuthRefusal('invalid_request', 'Request contains invalid claims')
    return claim
  })
}

/** Rejects a code challenge that is unusable, or missing if the service must send one. */
export function checkCodeChallenge(
  challenge: string | undefined,
  method: string | undefined,
  client: ClientRegistration,
): void {
  const refuse = (description: string): never => {
    throw new OAuthRefusal('invalid_request', description)
  }
  if (challenge === undefined) {
    if (!client.pkceRequired) return
    refuse('Request is missing code_challenge parameter, but PKCE is enforced.')
  }
  if (challenge?.trim() === '') refuse('Invalid value for code_challenge parameter.')
  if (method === undefined) {
    refuse(
      'Request is missing code_challenge_method parameter. code_challenge_method is required when code_challenge is present.',
    )
  }
  if (method !== 'S256') refuse('Invalid value for code_challenge_method parameter.')
}

/**
 * Returns the vectors of a request, lowest first. Rejects vectors that are invalid or not registered for this
 * service.
 */
export function checkVectors(list: readonly unknown[] | undefined, client: ClientRegistration): Vector[] {
  const vectors = list === undefined ? [{ credentialTrust: 'Cl.Cm' as const }] : parseVectors(list)
  if (!vectors) throw new OAuthRefusal('invalid_request', 'Request vtr not valid')
  const levels = vectors.map((vector: Vector) => vector.confidence).filter((level) => level !== undefined)
  const forIdentity = vectors.some(asksForIdentity)
  const permitted =
    levels.every((level) => client.levels.includes(level)) &&
    !(forIdentity && (!client.identityEnabled || client.tokenAuthMethod === 'client_secret_post'))
  if (!permitted) throw new OAuthRefusal('invalid_request', 'Request vtr is not permitted')
  return vectors
}

/** Returns the redirect URI if it is exactly one of the service's. If not, throws a page. */
export function checkRedirectUri(uri: string | undefined, client: ClientRegistration): string {
  if (uri !== undefined && client.redirectUris.includes(uri)) return uri
  const problem = uri === undefined ? 'redirect_uri is missing' : `redirect_uri ${uri} is not registered`
  throw new PageRefusal('Invalid request', problem)
}

/** Rejects an unknown channel. */
export function checkChannel(channel: string | undefined): void {
  if (channel === undefined || channel === 'web' || channel === 'generic_app') return
  throw new OAuthRefusal('invalid_request', 'Invalid value for channel parameter.')
}

/** Throws a page if the response mode is unknown. */
export function checkResponseMode(mode: string | undefined): void {
  if (mode === undefined || mode === 'query' || mode === 'fragment') return
  throw new PageRefusal('Invalid request', `response_mode ${mode} is unknown`)
}

/** Whether a `ui_locales` value is a list of language tags. */
export function areLanguageTags(locales: string): boolean {
  return locales.split(' ').every((tag) => /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag))
}

/** Returns the language that One Login would show: Welsh if it is requested first. */
export function localeOf(locales: string | undefined): 'en' | 'cy' {
  return locales?.toLowerCase().startsWith('cy') ? 'cy' : 'en'
}
