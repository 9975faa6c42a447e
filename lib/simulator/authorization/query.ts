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
import type { ClientRegistration } from '../client-registration.ts'
import { decodeJwt, isJsonObject } from '../keys/jwt.ts'
import { OAuthRefusal, PageRefusal } from './refusal.ts'

/** The query of an authorization request. Its form has been checked, but no rule has been applied yet. */
export interface AuthorizationQuery {
  readonly clientId: string
  readonly redirectUri: string | undefined
  readonly get: (name: string) => string | undefined
  /** The part that does not parse. One Login reports only that something does not. */
  readonly malformation: string | undefined
}

/** The prompts that One Login can parse. Not all of them are allowed. */
export const knownPrompts = ['none', 'login', 'consent', 'select_account', 'create']

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the first fault in the form of a query. */
function malformationOf(query: URLSearchParams, get: AuthorizationQuery['get']): string | undefined {
  const names = [...query.keys()]
  const prompts = get('prompt')?.split(' ') ?? []
  const claims = get('claims')
  const locales = get('ui_locales')
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) return `${repeated} is repeated`
  if (get('response_type') === undefined) return 'response_type is missing'
  if (!scopeList(get('scope') ?? '').includes('openid')) return 'scope does not contain openid'
  if (!prompts.every((prompt) => knownPrompts.includes(prompt))) return 'prompt is unknown'
  if (prompts.includes('none') && prompts.length > 1) return 'prompt is none together with another value'
  if (!/^-?\d+$/.test(get('max_age') ?? '0')) return 'max_age is not a number'
  if (locales !== undefined && !areLanguageTags(locales)) return 'ui_locales is not a list of languages'
  if (claims !== undefined && !isJsonObject(parseJson(claims))) return 'claims is not a JSON object'
  return malformationOfObject(get)
}

function malformationOfObject(get: AuthorizationQuery['get']): string | undefined {
  const request = get('request')
  if (request === undefined) return undefined
  const jwt = decodeJwt(request)
  if (get('request_uri') !== undefined) return 'request and request_uri are both set'
  if (!jwt) return 'request is not a JWT'
  // Such an object could be used as a client assertion.
  if (jwt.claims.sub === get('client_id')) return 'sub of the request object is the client ID'
  return undefined
}

/** Reads the query. Throws a page if the query has too little in it to redirect to the service. */
export function parseAuthorizationQuery(query: URLSearchParams): AuthorizationQuery {
  const get = (name: string) => {
    const value = query.get(name)?.trim() ?? ''
    return value === '' ? undefined : value
  }
  const missing = (problem: string) => new PageRefusal('Request is missing parameters', problem)
  const clientId = get('client_id')
  const redirectUri = get('redirect_uri')
  const malformation = malformationOf(query, get)
  if (clientId === undefined) throw missing('client_id is missing')
  if (redirectUri === undefined) {
    if (malformation !== undefined) throw missing(malformation)
    if (get('request') === undefined) throw missing('redirect_uri is missing')
  }
  return { clientId, redirectUri, get, malformation }
}

/** Returns the redirect URI of the query, if it is registered for the service. If not, throws a page. */
export function registeredTarget(query: AuthorizationQuery, client: ClientRegistration): RedirectTarget {
  const redirectUri = checkRedirectUri(query.redirectUri, client)
  const state = query.get('state')
  const responseMode = query.get('response_mode') === 'fragment' ? 'fragment' : 'query'
  return { redirectUri, responseMode, ...(state !== undefined && { state }) }
}

/** Applies One Login's rules, in its order, to a request whose parameters are in the query. */
export function checkQueryRequest(query: AuthorizationQuery, client: ClientRegistration): CheckedRequest {
  const target = registeredTarget(query, client)
  checkResponseMode(query.get('response_mode'))
  try {
    return { passed: true, request: { ...target, ...checkedParameters(query, client) } }
  } catch (error) {
    if (error instanceof OAuthRefusal) return { passed: false, target, refusal: error }
    throw error
  }
}

function checkedParameters(
  { get }: AuthorizationQuery,
  client: ClientRegistration,
): Omit<AuthorizationRequest, keyof RedirectTarget> {
  if (get('state') === undefined)
    throw new OAuthRefusal('invalid_request', 'Request is missing state parameter')
  if (get('request_uri') !== undefined) throw new OAuthRefusal('request_uri_not_supported')
  if (get('response_type') !== 'code') throw new OAuthRefusal('unsupported_response_type')
  const scopes = scopeList(get('scope') ?? '')
  checkScopes(scopes, client)
  const claims = checkClaims(parseJson(get('claims') ?? '{}'), client)
  const nonce = get('nonce')
  if (nonce === undefined) throw new OAuthRefusal('invalid_request', 'Request is missing nonce parameter')
  const codeChallenge = get('code_challenge')
  checkCodeChallenge(codeChallenge, get('code_challenge_method'), client)
  const vtr = get('vtr')
  const vectors = checkVectors(vtr === undefined ? undefined : parseVtr(vtr), client)
  const maxAge = get('max_age')
  if (Number(maxAge ?? 0) < -1) {
    throw new OAuthRefusal('invalid_request', 'Max age is negative in query params')
  }
  checkChannel(get('channel'))
  return {
    client,
    scopes,
    claims,
    nonce,
    vectors,
    vectorsGiven: vtr !== undefined,
    prompts: get('prompt')?.split(' ') ?? [],
    locale: localeOf(get('ui_locales')),
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(maxAge !== undefined && maxAge !== '-1' && { maxAge: Number(maxAge) }),
  }
}

/** Returns the list in a `vtr` text. If the text is not a list, returns an empty one, which no rule accepts. */
export function parseVtr(text: string): readonly unknown[] {
  const list = parseJson(text)
  return Array.isArray(list) ? list : []
}
