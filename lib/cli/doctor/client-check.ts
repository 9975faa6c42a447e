import { randomBytes, randomUUID } from 'node:crypto'
import { signJwt } from '../../sign-in/client-jwt.ts'
import type { ProviderMetadata } from '../../provider/discovery.ts'
import { printable } from '../../errors.ts'
import type { Settings } from '../../options/strategy-options.ts'
import { nowInSeconds } from '../../clock.ts'
import type { Calls, HttpResponse } from './calls.ts'
import { fix, ok, runAgain, unknown, type Finding } from './finding.ts'
import { registryOf } from './registry.ts'

const assertionLifetime = 300

/** The result of the token request. */
export interface ClientResult {
  readonly finding: Finding
  /** Whether One Login has this client ID. Not set if the response does not show it. */
  readonly isKnown?: boolean
}

/** The error response of the token endpoint. */
interface Refusal {
  readonly status: number
  readonly error: string
  readonly description: string
}

/**
 * Requests tokens with an invalid code. One Login checks the client before the code, so if it rejects the code, it
 * has accepted the client and its key.
 */
export async function checkClient(
  settings: Settings,
  { token_endpoint }: ProviderMetadata,
  calls: Calls,
): Promise<ClientResult> {
  const result = await calls.make(token_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: `made-up-${randomBytes(16).toString('hex')}`,
      redirect_uri: settings.callbackURL,
      ...(await credentialsOf(settings, token_endpoint)),
    }),
  })
  if ('failure' in result)
    return { finding: unknown('client', 'no-clear-response', result.failure, runAgain) }
  return judge(settings, await refusalOf(result.response))
}

async function credentialsOf(
  { clientId, clientSecret, signers: [signer], timeout }: Settings,
  audience: string,
): Promise<Record<string, string>> {
  if (!signer) return { client_id: clientId, client_secret: clientSecret ?? '' }
  const issuedAt = nowInSeconds()
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + assertionLifetime,
    jti: randomUUID(),
  }
  const assertion = await signJwt(signer, undefined, claims, timeout)
  return {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

async function refusalOf(response: HttpResponse): Promise<Refusal> {
  const body: unknown = await response.json().catch(() => undefined)
  const { error, error_description } = (body ?? {}) as Record<string, unknown>
  return {
    status: response.status,
    error: printable(error) ?? '',
    description: printable(error_description) ?? '',
  }
}

function judge(settings: Settings, { status, error, description }: Refusal): ClientResult {
  const mentions = (words: RegExp) => words.test(description)
  if (error === 'invalid_grant' && mentions(/expired/i)) return { finding: clockWrong(), isKnown: true }
  if (error === 'invalid_grant') return { finding: ok('client', accepted(settings)), isKnown: true }
  if (error === 'server_error' && mentions(/jwks/i))
    return { finding: keysUnreadable(settings), isKnown: true }
  if (error === 'invalid_client') return judgeClient(settings, mentions)
  const summary = `One Login's token endpoint responded with status ${status} ${error} ${description}`.trim()
  return { finding: unknown('client', 'no-clear-response', `${summary}.`, runAgain) }
}

function judgeClient(settings: Settings, mentions: (words: RegExp) => boolean): ClientResult {
  const { clientId } = settings
  const registry = registryOf(settings)
  const known = (...[problem, message, remedy]: [Parameters<typeof fix>[1], string, string]) => ({
    finding: fix('client', problem, message, remedy),
    isKnown: true,
  })
  if (mentions(/use private_key_jwt/i))
    return known(
      'registered-for-secret',
      `${clientId} is registered to use a client secret, but this service uses a key.`,
      `Change the token authentication method to private_key_jwt ${registry}, or set ONE_LOGIN_CLIENT_SECRET instead of ONE_LOGIN_PRIVATE_KEY.`,
    )
  if (mentions(/use client_secret_post/i))
    return known(
      'registered-for-key',
      `${clientId} is registered to use a key, but this service uses a client secret.`,
      `Set ONE_LOGIN_PRIVATE_KEY instead of ONE_LOGIN_CLIENT_SECRET, or change the token authentication method to client_secret_post ${registry}.`,
    )
  if (mentions(/secret/i))
    return known(
      'secret-not-registered',
      `ONE_LOGIN_CLIENT_SECRET is not the secret of ${clientId}.`,
      `Set the secret whose hash is registered, or register the hash of this secret ${registry}.`,
    )
  if (mentions(/signature/i))
    return known(
      'key-not-registered',
      `ONE_LOGIN_PRIVATE_KEY is not the key that is registered for ${clientId}.`,
      `Register the public key of this key pair ${registry}, or set the private key of the registered one.`,
    )
  return {
    finding: fix(
      'client',
      'client-unknown',
      `${settings.environment.issuer} does not have the client ID ${clientId}.`,
      `Set ONE_LOGIN_CLIENT_ID to the client ID ${registry}. Integration and production have different client IDs.`,
    ),
    isKnown: false,
  }
}

function accepted({ clientId, signers: [signer] }: Settings): string {
  return `${clientId} is registered, and with this ${signer ? 'key' : 'secret'}`
}

function clockWrong(): Finding {
  return fix(
    'client',
    'clock-wrong',
    "One Login rejects a new signature from this machine as expired, so this machine's clock is slow.",
    "Correct this machine's clock, and use NTP to keep it correct.",
  )
}

/** Returns the finding that One Login cannot read the keys that the service publishes. */
export function keysUnreadable(settings: Settings): Finding {
  const [signer] = settings.signers
  return fix(
    'client',
    'published-keys-unreadable',
    `One Login cannot find the key ${signer?.kid ?? ''} at the JWKS URL that is registered for ${settings.clientId}.`,
    `Check the JWKS URL ${registryOf(settings)}, and its content with "doctor --jwks-url URL". One Login finds a new key only after it reads the URL again.`,
  )
}
