import type { ClientSettings } from '../../simulator/index.ts'
import { decodePart } from './jwt.ts'
import type { Credentials } from './settings.ts'
import { parseURL } from '../../parsed-url.ts'

/** The content of a service's first authorization request. */
export interface AskedFor {
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** Vectors of trust, such as `Cl.Cm.P2`. */
  readonly vectors: readonly string[]
  readonly maxAge: string | undefined
}

/**
 * Reads an address of `/authorize` with its request object. Returns nothing if the client ID or redirect URI is
 * missing.
 */
export function readAuthorizationRequest(address: URL): AskedFor | undefined {
  const params = address.searchParams
  const object = decodePart(params.get('request') ?? '', 1) ?? {}
  const text = (name: string): string | undefined => {
    const value = object[name] ?? params.get(name)
    if (typeof value === 'string') return value
    return typeof value === 'number' ? String(value) : undefined
  }
  const clientId = text('client_id')
  const redirectUri = text('redirect_uri')
  if (clientId === undefined || redirectUri === undefined || !parseURL(redirectUri)) return undefined
  return {
    clientId,
    redirectUri,
    scopes: (text('scope') ?? '').split(' ').filter((scope) => scope !== ''),
    vectors: vectorsOf(object.vtr ?? params.get('vtr')),
    maxAge: text('max_age'),
  }
}

function vectorsOf(value: unknown): string[] {
  try {
    const list: unknown = typeof value === 'string' ? JSON.parse(value) : value
    return Array.isArray(list) ? list.filter((vector) => typeof vector === 'string') : []
  } catch {
    return []
  }
}

/** Returns the registration of a service that requests this. */
export function registrationOf(
  { clientId, redirectUri }: AskedFor,
  credentials: Credentials,
  idTokenAlg: 'ES256' | 'RS256',
): ClientSettings {
  return {
    clientId,
    redirectUris: [redirectUri],
    levels: ['P0', 'P1', 'P2', 'P3'],
    idTokenSigningAlg: idTokenAlg,
    ...credentialsOf(credentials),
  }
}

function credentialsOf(credentials: Credentials): ClientSettings {
  if (credentials === 'ready-key') return {}
  if ('publicKey' in credentials) return { publicKeys: [credentials.publicKey] }
  if ('jwksURL' in credentials) return { jwksURL: credentials.jwksURL }
  return { tokenAuthMethod: 'client_secret_post', clientSecret: credentials.clientSecret }
}
