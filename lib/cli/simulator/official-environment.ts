import { identityClaims } from '../../simulator/claim-names.ts'
import type { ClientSettings } from '../../simulator/index.ts'
import { UsageError } from '../subcommand.ts'
import { parseChange, type OfficialChange } from './official-configuration.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The settings from the official simulator's variables, except PORT and HOST. */
export interface OfficialEnvironment {
  readonly interactive: boolean
  /** Settings that `POST /config` can change too. */
  readonly change: OfficialChange
  /** Settings that are fixed after the start. */
  readonly startOnly: ClientSettings
}

const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
const same = (text: string) => text
const unlessFalse = (text: string) => text !== 'false'

const usualClaims = [identityClaims.coreIdentityJWT, identityClaims.address, identityClaims.returnCode]

type Variable = readonly [name: string, member: string, read: (text: string) => unknown, byDefault?: string]

/** Each variable, the member that it sets, how it is read, and its default. */
const variables: readonly Variable[] = [
  ['CLIENT_ID', 'clientConfiguration.clientId', same, 'HGIOgho9HIRhgoepdIOPFdIUWgewi0jw'],
  ['PUBLIC_KEY', 'clientConfiguration.publicKey', same],
  ['PUBLIC_KEY_SOURCE', 'clientConfiguration.publicKeySource', same],
  ['JWKS_URL', 'clientConfiguration.jwksUrl', same],
  ['SCOPES', 'clientConfiguration.scopes', list, 'openid,email,phone'],
  [
    'REDIRECT_URLS',
    'clientConfiguration.redirectUrls',
    list,
    'http://localhost:8080/oidc/authorization-code/callback',
  ],
  [
    'POST_LOGOUT_REDIRECT_URLS',
    'clientConfiguration.postLogoutRedirectUrls',
    list,
    'http://localhost:8080/signed-out',
  ],
  ['CLAIMS', 'clientConfiguration.claims', list, usualClaims.join()],
  ['IDENTITY_VERIFICATION_SUPPORTED', 'clientConfiguration.identityVerificationSupported', unlessFalse],
  ['ID_TOKEN_SIGNING_ALGORITHM', 'clientConfiguration.idTokenSigningAlgorithm', same],
  ['CLIENT_LOCS', 'clientConfiguration.clientLoCs', list],
  ['SUB', 'responseConfiguration.sub', same],
  ['EMAIL', 'responseConfiguration.email', same],
  ['EMAIL_VERIFIED', 'responseConfiguration.emailVerified', unlessFalse],
  ['PHONE_NUMBER', 'responseConfiguration.phoneNumber', same],
  ['PHONE_NUMBER_VERIFIED', 'responseConfiguration.phoneNumberVerified', unlessFalse],
  ['ID_TOKEN_ERRORS', 'errorConfiguration.idTokenErrors', list],
  ['CORE_IDENTITY_ERRORS', 'errorConfiguration.coreIdentityErrors', list],
  ['AUTHORISE_ERRORS', 'errorConfiguration.authoriseErrors', list],
  ['SIMULATOR_URL', 'simulatorUrl', same],
  ['PUBLISH_NEW_ID_TOKEN_SIGNING_KEYS', 'publishNewIdTokenSigningKeys', same],
  ['USE_NEW_ID_TOKEN_SIGNING_KEYS', 'useNewIdTokenSigningKeys', same],
]

/**
 * Reads the environment variables of the official simulator.
 *
 * @throws UsageError if one cannot be read
 */
export function readOfficialEnvironment(env: Variables): OfficialEnvironment {
  const result = parseChange(bodyOf(env))
  if ('errors' in result) throw new UsageError(refusalOf(result.errors))
  return { interactive: env.INTERACTIVE_MODE === 'true', change: result.change, startOnly: startOnlyOf(env) }
}

/** Returns the value of a variable. An empty one, such as Docker Compose writes for `${NAME:-}`, counts as not set. */
export function valueOf(env: Variables, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

function bodyOf(env: Variables): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [variable, path, read, byDefault] of variables) {
    const value = valueOf(env, variable) ?? byDefault
    if (value === undefined) continue
    const [group = '', member] = path.split('.')
    if (member === undefined) body[group] = read(value)
    else body[group] = { ...(body[group] as object | undefined), [member]: read(value) }
  }
  return body
}

function startOnlyOf(env: Variables): ClientSettings {
  const method = valueOf(env, 'TOKEN_AUTH_METHOD') ?? 'private_key_jwt'
  const clientSecret = valueOf(env, 'CLIENT_SECRET')
  if (method !== 'private_key_jwt' && method !== 'client_secret_post')
    throw new UsageError(`TOKEN_AUTH_METHOD is "${method}". Use private_key_jwt or client_secret_post.`)
  if (valueOf(env, 'CLIENT_SECRET_HASH') !== undefined)
    throw new UsageError(
      'CLIENT_SECRET_HASH is set, but this simulator compares the secret itself. Set CLIENT_SECRET instead.',
    )
  return {
    tokenAuthMethod: method,
    pkceRequired: env.PKCE_ENABLED === 'true',
    ...(clientSecret !== undefined && { clientSecret }),
  }
}

function refusalOf(errors: Readonly<Record<string, { readonly msg: string }>>): string {
  const lines = Object.entries(errors).map(([path, { msg }]) => {
    const known = variables.find(([, member]) => path === member || path.startsWith(`${member}.`))
    return `${known?.[0] ?? path} ${msg}.`
  })
  return lines.join('\n')
}
