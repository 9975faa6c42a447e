import { parseURL } from '../../parsed-url.ts'
import { buildAuthorizationURL } from '../../sign-in/authorization-request.ts'
import type { ClaimName } from '../../claims.ts'
import type { ProviderMetadata } from '../../provider/discovery.ts'
import { printable } from '../../errors.ts'
import type { Settings } from '../../options/strategy-options.ts'
import { createTransaction } from '../../sign-in/transaction.ts'
import { parseVectors } from '../../vectors-of-trust.ts'
import type { Calls, HttpResponse } from './calls.ts'

/** The content of an authorization request. */
export interface Ask {
  readonly scope: Settings['scope']
  readonly claims: readonly ClaimName[]
  readonly vtr: readonly string[]
  readonly requestObject: boolean
  /** The redirect URI. Default: the callback URL of the options. */
  readonly redirectURI?: string
}

/**
 * The first problem that One Login found. `address` is the client ID or the redirect URI. `gateway` is a failure that
 * can mean that the client is deactivated.
 */
export type Refused =
  | 'gateway'
  | 'address'
  | 'signature'
  | 'keys'
  | 'deactivated'
  | 'request object'
  | 'scope'
  | 'claims'
  | 'vectors'

/** The result of an authorization request: accepted, rejected, or a response that shows neither. */
export type Verdict = 'accepted' | Refused | { readonly unclear: string }

/** Whether One Login rejected a request for a reason. Returns nothing if the response does not show it. */
export function isRefusal(verdict: Verdict, reason: Refused): boolean | undefined {
  return typeof verdict === 'object' || verdict === 'gateway' ? undefined : verdict === reason
}

/** Sends an authorization request without following redirects. */
export type Probe = (ask: Ask) => Promise<Verdict>

/** Returns a {@link Probe} that sends the library's request. */
export function createProbe(
  settings: Settings,
  { authorization_endpoint }: ProviderMetadata,
  calls: Calls,
): Probe {
  const { maxAge } = settings.signIn
  const uiLocales = typeof settings.uiLocales === 'string' ? settings.uiLocales : undefined

  return async function probe({ scope, claims, vtr, requestObject, redirectURI }) {
    const signIn = {
      trust: parseVectors(vtr),
      claims,
      ...(maxAge !== undefined && { maxAge }),
      ...(uiLocales && { uiLocales }),
    }
    const callbackURL = redirectURI ?? settings.callbackURL
    const asked = { ...settings, callbackURL, scope, signIn: { ...settings.signIn, requestObject } }
    const url = await buildAuthorizationURL(authorization_endpoint, asked, signIn, createTransaction(signIn))
    const result = await calls.make(url, { headers: { accept: 'text/html' } })
    if ('failure' in result) return { unclear: result.failure }
    if (requestObject && result.response.status === 502) return 'gateway'
    return verdictOf(result.response, authorization_endpoint)
  }
}

async function verdictOf(response: HttpResponse, endpoint: string): Promise<Verdict> {
  const { status, headers } = response
  const location = headers.get('location')
  const target = location === null ? undefined : parseURL(location, endpoint)
  if (target) {
    const { searchParams } = target
    const error = printable(searchParams.get('error') ?? undefined)
    if (error === undefined) return 'accepted'
    return verdictOfError(error, printable(searchParams.get('error_description') ?? undefined) ?? '')
  }
  if (status === 200) return 'accepted'
  return verdictOfPage(status, printable(await response.text()))
}

function verdictOfError(error: string, description: string): Verdict {
  if (error === 'invalid_scope') return 'scope'
  if (error === 'access_denied' && /request object|JAR/i.test(description)) return 'request object'
  if (error === 'unauthorized_client' && /client (?:deactivated|deprecated)/i.test(description))
    return 'deactivated'
  if (error === 'invalid_request' && /claims/i.test(description)) return 'claims'
  if (error === 'invalid_request' && /vtr/i.test(description)) return 'vectors'
  return { unclear: `${`One Login rejected the request with ${error} ${description}`.trim()}.` }
}

function verdictOfPage(status: number, page: string): Verdict {
  if (status === 400 && /trust chain/i.test(page)) return 'signature'
  if (status === 400 && /invalid request/i.test(page)) return 'address'
  if (status === 500 && /unexpected server error/i.test(page)) return 'keys'
  if (status === 403) return { unclear: "One Login's firewall blocked the request (status 403)." }
  return { unclear: `One Login responded with status ${status}.` }
}
