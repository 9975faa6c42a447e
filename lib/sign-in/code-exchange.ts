import { randomUUID } from 'node:crypto'
import type { ClientAuth, Configuration } from 'openid-client'
import { signJwt } from './client-jwt.ts'
import type * as openidClient from './openid-client.ts'
import type { ProviderMetadata } from '../provider/discovery.ts'
import { findOneLoginError, OneLoginError, printable } from '../errors.ts'
import { HttpResponse } from '../provider/http-response.ts'
import type { Http } from '../provider/http.ts'
import type { Settings } from '../options/strategy-options.ts'
import { nowInSeconds } from '../clock.ts'
import { withoutNulls } from '../wire-object.ts'
import type { Transaction } from './transaction.ts'

const assertionLifetime = 300

/** The response of the token endpoint. Nothing in it has been verified with One Login's keys yet. */
export interface Tokens {
  readonly idToken: string
  readonly accessToken: string
}

/** Exchanges an authorization code for tokens. A code works once. */
export type CodeExchange = (
  metadata: ProviderMetadata,
  code: string,
  transaction: Transaction,
) => Promise<Tokens>

type OpenidClient = typeof openidClient

let loading: Promise<OpenidClient> | undefined

/** Loads openid-client when it is needed, so that your service starts faster. */
export function loadClient(): Promise<OpenidClient> {
  // Even if a module is loaded, each import() costs a part of a millisecond.
  loading ??= import('./openid-client.ts')
  return loading
}

/**
 * Returns the function that exchanges codes for tokens.
 *
 * @param settings - the client and how it authenticates
 * @param http - calls One Login
 * @throws (from the returned function) OneLoginError `token_refused`, `provider_answer_invalid`, `signing_failed`, or
 * the error of the call
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/authenticate-your-user/#make-a-token-request
 */
export function createCodeExchange(settings: Settings, http: Http): CodeExchange {
  let configured: { metadata: ProviderMetadata; configuration: Configuration } | undefined
  const configurationFor = (client: OpenidClient, metadata: ProviderMetadata) => {
    // Stryker disable next-line ConditionalExpression: a new one each time only takes longer
    if (configured?.metadata !== metadata)
      configured = { metadata, configuration: createConfiguration(client, metadata, settings, http) }
    return configured.configuration
  }

  return async function exchangeCode(metadata, code, { codeVerifier }) {
    const client = await loadClient()
    try {
      // The caller has read and checked the callback. authorizationCodeGrant() would read it once more from its address.
      const tokens = await client.genericGrantRequest(
        configurationFor(client, metadata),
        'authorization_code',
        { code, redirect_uri: settings.callbackURL, code_verifier: codeVerifier },
      )
      if (tokens.token_type !== 'bearer') throw invalidResponse('its access token is not a bearer token')
      const { [idTokenMember]: idToken } = tokens as { [idTokenMember]?: unknown }
      if (typeof idToken !== 'string') throw invalidResponse('it has no ID token')
      return { idToken, accessToken: tokens.access_token }
    } catch (error) {
      throw findOneLoginError(error) ?? explain(client, error)
    }
  }
}

function createConfiguration(
  client: OpenidClient,
  metadata: ProviderMetadata,
  settings: Settings,
  http: Http,
): Configuration {
  const configuration = new client.Configuration(
    metadata,
    settings.clientId,
    undefined,
    clientAuthentication(client, metadata, settings),
  )
  configuration[client.customFetch] = async (url, { method, headers, body }) => {
    const form = body instanceof URLSearchParams ? body : null
    return withIdTokenApart(await http(url, { method, headers, body: form })) as unknown as Response
  }
  configuration.timeout = 0 // The deadline is in http.
  if (settings.environment.allowInsecureRequests) client.allowInsecureRequests(configuration)
  return configuration
}

/** The property of a response where openid-client does not find the ID token. */
const idTokenMember = Symbol('id_token')

/**
 * Hides the ID token from openid-client, which would check some of its claims by its own rules and without the
 * signature. verifyIdToken checks all of them.
 */
function withIdTokenApart(response: HttpResponse): HttpResponse {
  const json = async () => {
    const body = withoutNulls(JSON.parse(await response.text()))
    if (typeof body !== 'object' || body === null) return body
    const { id_token, ...rest } = body as Record<string, unknown>
    return { ...rest, [idTokenMember]: id_token }
  }
  return Object.assign(response, { json })
}

/** openid-client's own PrivateKeyJwt accepts only a CryptoKey. A signer may be a KMS. */
function clientAuthentication(
  client: OpenidClient,
  metadata: ProviderMetadata,
  settings: Settings,
): ClientAuth {
  const [signer] = settings.signers
  // Stryker disable next-line StringLiteral: a client without a key has a secret
  if (!signer) return client.ClientSecretPost(settings.clientSecret ?? '')
  return async (_server, { client_id }, body) => {
    const issuedAt = nowInSeconds()
    const claims = {
      iss: client_id,
      sub: client_id,
      aud: metadata.token_endpoint,
      iat: issuedAt,
      exp: issuedAt + assertionLifetime,
      jti: randomUUID(),
    }
    const assertion = await signJwt(signer, undefined, claims, settings.timeout)
    body.set('client_id', client_id)
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', assertion)
  }
}

function explain(client: OpenidClient, error: unknown): OneLoginError {
  if (error instanceof client.ResponseBodyError) {
    const code = printable(error.error)
    const description = printable(error.error_description)
    return new OneLoginError(
      'token_refused',
      `One Login's token endpoint rejected the request (${code}, status ${error.status}). ${remedies[code] ?? defaultRemedy}`,
      {
        providerError: {
          error: code,
          status: error.status,
          ...(description !== undefined && { description }),
        },
      },
    )
  }
  const status = statusOf(error)
  if (status !== undefined && status !== 200)
    return new OneLoginError(
      'provider_answer_invalid',
      `One Login's token endpoint returned status ${status}.`,
      { cause: error, providerError: { status } },
    )
  return invalidResponse(reasonOf(error), error)
}

function invalidResponse(reason: string, cause?: unknown): OneLoginError {
  return new OneLoginError(
    'provider_answer_invalid',
    `Invalid response from One Login's token endpoint: ${reason}.`,
    { cause },
  )
}

/**
 * This package's reasons for the error codes of openid-client, whose own messages can change and quote the response.
 */
const reasons: Readonly<Record<string, string>> = {
  OAUTH_RESPONSE_IS_NOT_JSON: 'its content type is not JSON',
  OAUTH_PARSE_ERROR: 'it is not JSON',
  OAUTH_INVALID_RESPONSE: 'a member is missing or has the wrong type',
  OAUTH_UNSUPPORTED_OPERATION: 'its access token is not a bearer token',
  OAUTH_HTTP_REQUEST_FORBIDDEN: 'the endpoint is not https',
}

function reasonOf(error: unknown): string {
  const { code, cause, message } = error as Error & { code?: unknown }
  if (typeof code === 'string') return reasons[code] ?? code
  // The parser's message quotes the response, which may contain a token.
  if (cause instanceof SyntaxError) return 'it is not JSON'
  return cause instanceof Error ? cause.message : message
}

const defaultRemedy = 'Run "npx passport-govuk-one-login doctor".'

const remedies: Readonly<Record<string, string>> = {
  invalid_client: 'Check that the key or the secret is the one registered for this client ID.',
  invalid_grant:
    "The code was used before, has expired, or this machine's clock is wrong. The user can start again.",
  unauthorized_client: 'Check how this client is registered to authenticate.',
}

/** Returns the status of the response that an error of openid-client is about. */
function statusOf(error: unknown): number | undefined {
  const { cause } = error as Error
  return cause instanceof HttpResponse ? cause.status : undefined
}
