import { hash, randomUUID } from 'node:crypto'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { claimURL } from '../claims.ts'
import type { Signer } from '../options/signer.ts'
import { signJwt } from './client-jwt.ts'
import { OneLoginError } from '../errors.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { SignInSettings } from '../options/sign-in-options.ts'
import { nowInSeconds } from '../clock.ts'
import type { Transaction } from './transaction.ts'

/** One Login's firewall blocks longer queries. */
const longestQuery = 4095
const requestObjectLifetime = 300

/** The parameters of an authorization request. Only `vtr` is a list. */
type Parameters = Readonly<Record<string, string | number | readonly string[]>>

/**
 * Builds the address at One Login that starts a sign-in.
 *
 * @param authorizationEndpoint - from the discovery document
 * @param signIn - what to request
 * @param transaction - its state, nonce and PKCE verifier
 * @param idToken - the ID token of the signed-in user, if they must authenticate again
 * @throws OneLoginError `request_too_long`, `reauthentication_impossible`, `signing_failed`
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/authenticate-your-user/
 */
export async function buildAuthorizationURL(
  authorizationEndpoint: string,
  settings: Settings,
  signIn: SignInSettings,
  transaction: Transaction,
  idToken?: string,
): Promise<string> {
  const parameters: Parameters = {
    response_type: 'code',
    scope: settings.scope.join(' '),
    client_id: settings.clientId,
    redirect_uri: settings.callbackURL,
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: hash('sha256', transaction.codeVerifier, 'base64url'),
    code_challenge_method: 'S256',
    vtr: signIn.trust.vtr,
    ...(signIn.claims.length > 0 && { claims: claimsParameter(signIn) }),
    ...(signIn.uiLocales && { ui_locales: signIn.uiLocales }),
    ...(signIn.maxAge !== undefined && { max_age: signIn.maxAge }),
    ...(signIn.channel && { channel: signIn.channel }),
    ...(signIn.loginHint !== undefined && { login_hint: signIn.loginHint }),
    ...(signIn.prompt && { prompt: signIn.prompt, id_token_hint: reauthenticationHint(idToken) }),
  }
  const [signer] = settings.signers
  const query =
    settings.signIn.requestObject && signer
      ? await signedQuery(parameters, authorizationEndpoint, signer, settings.timeout)
      : plainQuery(parameters)
  const { origin, pathname, search } = new URL(authorizationEndpoint)
  const all = new URLSearchParams(search)
  for (const [name, value] of query) all.set(name, value)
  const sent = all.toString()
  if (sent.length > longestQuery) throw tooLong(sent.length, parameters)
  return `${origin}${pathname}?${sent}`
}

/** Requests each claim with null, because One Login accepts no conditions on the values. */
function claimsParameter({ claims }: SignInSettings): string {
  return JSON.stringify({ userinfo: Object.fromEntries(claims.map((name) => [claimURL(name), null])) })
}

function plainQuery(parameters: Parameters): [string, string][] {
  return Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
}

/**
 * JAR, RFC 9101. The signed object holds the whole request. The query repeats only the parameters that One Login
 * compares.
 */
async function signedQuery(
  parameters: Parameters,
  audience: string,
  signer: Signer,
  timeout: number,
): Promise<[string, string][]> {
  const issuedAt = nowInSeconds()
  const claims = {
    ...parameters,
    iss: parameters.client_id,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + requestObjectLifetime,
    jti: randomUUID(),
  }
  const request = await signJwt(signer, 'oauth-authz-req+jwt', claims, timeout)
  const { response_type, scope, client_id } = parameters
  return [...plainQuery({ response_type, scope, client_id } as Parameters), ['request', request]]
}

function reauthenticationHint(idToken: string | undefined): string {
  if (idToken === undefined)
    throw new OneLoginError(
      'reauthentication_impossible',
      'Option "prompt": no user is signed in, so no user can authenticate again. Sign the user in first.',
      { option: 'prompt' },
    )
  if (decodeProtectedHeader(idToken).alg !== 'ES256')
    throw new OneLoginError(
      'reauthentication_impossible',
      'Option "prompt": One Login needs an ID token that is signed with ES256, and this service is registered for RS256. ' +
        'Change the ID token signing algorithm in the One Login admin tool to ES256.',
      { option: 'prompt' },
    )
  return idToken
}

function tooLong(length: number, parameters: Parameters): OneLoginError {
  const longest = plainQuery(parameters)
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 3)
    .map(([name, value]) => `${name} (${value.length})`)
  return new OneLoginError(
    'request_too_long',
    `The sign-in request has ${length} characters, and One Login accepts at most 4095. Its longest parts are ${longest.join(', ')}.`,
  )
}
