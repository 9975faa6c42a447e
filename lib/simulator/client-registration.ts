import { identityClaims, scopes, type IdentityClaimName, type Scope } from './claim-names.ts'
import type { LevelOfConfidence } from './authorization/requested-vectors.ts'

/**
 * The registration of a service with the simulator, in the terms of the One Login admin tool. The defaults let a
 * service sign users in and prove identities.
 */
export interface ClientRegistration {
  /** Default: `simulator-client`, then `simulator-client-2` and so on for further services. */
  readonly clientId: string
  /** Shown on the sign-in page. */
  readonly clientName: string
  /**
   * Default: `active`. A deactivated or deprecated service gets `unauthorized_client`, a rate-limited one
   * `temporarily_unavailable`. If it uses request objects, the browser is not sent back: the user sees a 502.
   */
  readonly status: 'active' | 'deactivated' | 'deprecated' | 'rate-limited'
  /** The service's public keys in PEM (SPKI), if the service registered them itself. */
  readonly publicKeys: readonly string[]
  /** The address of the service's JWKS. If it is set, `publicKeys` are ignored and every JWT needs a `kid`. */
  readonly jwksURL: string | undefined
  /** How the service authenticates at `/token`. Default: `private_key_jwt`. */
  readonly tokenAuthMethod: 'private_key_jwt' | 'client_secret_post'
  /** The secret of a service with `client_secret_post`. */
  readonly clientSecret: string
  /** The addresses that the browser can be sent back to. They must match exactly. */
  readonly redirectUris: readonly string[]
  /** The addresses that the browser can be sent to after sign-out. */
  readonly postLogoutRedirectUris: readonly string[]
  /** The address for back-channel logouts. Default: not set, so none are sent. */
  readonly backChannelLogoutUri: string | undefined
  /** The scopes that the service may request. Default: all. */
  readonly scopes: readonly Scope[]
  /** The identity claims that the service may request. Default: all. */
  readonly claims: readonly IdentityClaimName[]
  /** The levels of confidence that the service may request. Default: `P0` and `P2`, as One Login registers them. */
  readonly levels: readonly LevelOfConfidence[]
  /** Whether the service may prove identities. Default: `true`. */
  readonly identityEnabled: boolean
  /** The algorithm that signs ID tokens. Default: `ES256`. */
  readonly idTokenSigningAlg: 'ES256' | 'RS256'
  /** Whether the service must use request objects. Default: `false`. */
  readonly requestObjectRequired: boolean
  /** Whether the service must use PKCE. Default: `false`. */
  readonly pkceRequired: boolean
  /** Whether One Login applies `max_age`. Default: `false`, so it is ignored. */
  readonly maxAgeEnabled: boolean
}

/**
 * The settings of a service in a test: any part of its registration, and shorter names for its addresses.
 *
 * @example
 * ```ts
 * op.register({ scopes: ['openid', 'phone'], levels: ['P0'], requestObjectRequired: true })
 * ```
 */
export interface ClientSettings extends Partial<
  Omit<ClientRegistration, 'jwksURL' | 'backChannelLogoutUri'>
> {
  /** The address of the service's JWKS. `undefined` removes it. */
  readonly jwksURL?: string | undefined
  /** The address for back-channel logouts. `undefined` removes it. */
  readonly backChannelLogoutUri?: string | undefined
  /** The only redirect URI. A shorter form of `redirectUris`. */
  readonly callbackURL?: string
  /** The only post-logout redirect URI. A shorter form of `postLogoutRedirectUris`. */
  readonly postLogoutRedirectURL?: string
  /** Another name for `backChannelLogoutUri`. `undefined` removes it too. */
  readonly backChannelLogoutURL?: string | undefined
}

function defaults(number: number, publicKey: string): ClientRegistration {
  return {
    clientId: number === 1 ? 'simulator-client' : `simulator-client-${number}`,
    clientName: 'Tax your dragon',
    status: 'active',
    publicKeys: [publicKey],
    jwksURL: undefined,
    tokenAuthMethod: 'private_key_jwt',
    clientSecret: 'simulator-client-secret',
    redirectUris: ['http://127.0.0.1:3000/auth/callback'],
    postLogoutRedirectUris: ['http://127.0.0.1:3000/signed-out'],
    backChannelLogoutUri: undefined,
    scopes,
    claims: Object.keys(identityClaims) as IdentityClaimName[],
    levels: ['P0', 'P2'],
    identityEnabled: true,
    idTokenSigningAlg: 'ES256',
    requestObjectRequired: false,
    pkceRequired: false,
    maxAgeEnabled: false,
  }
}

function apply(registration: ClientRegistration, settings: ClientSettings): ClientRegistration {
  const { callbackURL, postLogoutRedirectURL, backChannelLogoutURL, ...rest } = settings
  return {
    ...registration,
    ...rest,
    ...(callbackURL === undefined ? {} : { redirectUris: [callbackURL] }),
    ...(postLogoutRedirectURL === undefined ? {} : { postLogoutRedirectUris: [postLogoutRedirectURL] }),
    ...('backChannelLogoutURL' in settings ? { backChannelLogoutUri: backChannelLogoutURL } : {}),
  }
}

/** The services that are registered with the simulator. */
export class ClientRegistry {
  #clients: ClientRegistration[]

  /**
   * @param services the settings of each service. At least one
   * @param publicKey the key of services without their own
   */
  constructor(services: readonly ClientSettings[], publicKey: string) {
    this.#clients = services.map((settings, index) => apply(defaults(index + 1, publicKey), settings))
  }

  /** All services, in the order in which they were registered. */
  get all(): readonly ClientRegistration[] {
    return this.#clients
  }

  /** Whether a service has its ID tokens signed with RS256. */
  get needRsaKey(): boolean {
    return this.#clients.some((client) => client.idTokenSigningAlg === 'RS256')
  }

  /**
   * Returns a service. Throws if it is unknown.
   *
   * @param clientId its client ID. Default: the first service
   */
  get(clientId = this.#clients[0]?.clientId): ClientRegistration {
    const client = this.find(clientId)
    if (!client) throw new Error(`No service is registered as ${String(clientId)}`)
    return client
  }

  /** Returns the service with this client ID. */
  find(clientId: string | undefined): ClientRegistration | undefined {
    return this.#clients.find((client) => client.clientId === clientId)
  }

  /** Changes the registration of a service. Default: the first one. */
  change(settings: ClientSettings, clientId?: string): void {
    const changed = this.get(clientId)
    this.#clients = this.#clients.map((client) => (client === changed ? apply(client, settings) : client))
  }
}
