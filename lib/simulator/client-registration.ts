import { identityClaims, scopes, type IdentityClaimName, type Scope } from './claim-names.ts'
import type { LevelOfConfidence } from './authorization/requested-vectors.ts'

/**
 * How a service is registered with the simulator, in the terms of the One Login admin tool. Everything has a
 * default that lets a service sign people in and prove identities.
 */
export interface ClientRegistration {
  /** Default: `simulator-client`, and `simulator-client-2` … for further services. */
  readonly clientId: string
  /** Shown on the sign-in page. */
  readonly clientName: string
  /**
   * Default: `active`. A deactivated or deprecated service gets `unauthorized_client`, a rate-limited one
   * `temporarily_unavailable`. If it uses request objects, the browser is not sent back: the user sees a 502.
   */
  readonly status: 'active' | 'deactivated' | 'deprecated' | 'rate-limited'
  /** The service's public keys, PEM (SPKI), when it registered them themselves. */
  readonly publicKeys: readonly string[]
  /** Where the service publishes its keys. When it is given, `publicKeys` do not count and every JWT needs a `kid`. */
  readonly jwksURL: string | undefined
  /** How the service proves who it is at `/token`. Default: `private_key_jwt`. */
  readonly tokenAuthMethod: 'private_key_jwt' | 'client_secret_post'
  /** The secret of a service with `client_secret_post`. */
  readonly clientSecret: string
  /** Where the browser may be sent back to. They are compared as they are, to the letter. */
  readonly redirectUris: readonly string[]
  /** Where the browser may be sent after signing out. */
  readonly postLogoutRedirectUris: readonly string[]
  /** Where back-channel logouts go. Default: nowhere, so that none are sent. */
  readonly backChannelLogoutUri: string | undefined
  /** Scopes that the service may ask for. Default: all. */
  readonly scopes: readonly Scope[]
  /** Identity claims that the service may ask for. Default: all. */
  readonly claims: readonly IdentityClaimName[]
  /** Levels of confidence that the service may ask for. Default: `P0` and `P2`, as One Login registers them. */
  readonly levels: readonly LevelOfConfidence[]
  /** Whether the service may prove identities. Default: yes. */
  readonly identityEnabled: boolean
  /** What ID tokens are signed with. Default: `ES256`. */
  readonly idTokenSigningAlg: 'ES256' | 'RS256'
  /** Whether the service has to use request objects. Default: no. */
  readonly requestObjectRequired: boolean
  /** Whether the service has to use PKCE. Default: no. */
  readonly pkceRequired: boolean
  /** Whether `max_age` counts. Default: no, it is ignored. */
  readonly maxAgeEnabled: boolean
}

/**
 * What a test says about a service: any part of its registration, and shorter names for its addresses.
 *
 * @example
 * ```ts
 * op.register({ scopes: ['openid', 'phone'], levels: ['P0'], requestObjectRequired: true })
 * ```
 */
export interface ClientSettings extends Partial<
  Omit<ClientRegistration, 'jwksURL' | 'backChannelLogoutUri'>
> {
  /** Where the service publishes its keys; `undefined` takes it back. */
  readonly jwksURL?: string | undefined
  /** Where back-channel logouts go; `undefined` takes it back. */
  readonly backChannelLogoutUri?: string | undefined
  /** The one redirect URI; shorter than `redirectUris`. */
  readonly callbackURL?: string
  /** The one post-logout redirect URI; shorter than `postLogoutRedirectUris`. */
  readonly postLogoutRedirectURL?: string
  /** Another name for `backChannelLogoutUri`. */
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
    ...(backChannelLogoutURL === undefined ? {} : { backChannelLogoutUri: backChannelLogoutURL }),
  }
}

/** The services that the simulator knows. */
export class ClientRegistry {
  #clients: ClientRegistration[]

  /**
   * @param services what is said about each service; at least one
   * @param publicKey the key of services that bring none
   */
  constructor(services: readonly ClientSettings[], publicKey: string) {
    this.#clients = services.map((settings, index) => apply(defaults(index + 1, publicKey), settings))
  }

  /** Every service, in the order it was registered. */
  get all(): readonly ClientRegistration[] {
    return this.#clients
  }

  /** Whether a service wants its ID tokens signed with RS256. */
  get needRsaKey(): boolean {
    return this.#clients.some((client) => client.idTokenSigningAlg === 'RS256')
  }

  /**
   * A service that has to be there.
   *
   * @param clientId which; default: the first
   */
  get(clientId = this.#clients[0]?.clientId): ClientRegistration {
    const client = this.find(clientId)
    if (!client) throw new Error(`No service is registered as ${String(clientId)}`)
    return client
  }

  /** The service with this client id. */
  find(clientId: string | undefined): ClientRegistration | undefined {
    return this.#clients.find((client) => client.clientId === clientId)
  }

  /** Changes a service's registration (the first one's, unless a client id says which). */
  change(settings: ClientSettings, clientId?: string): void {
    const changed = this.get(clientId)
    this.#clients = this.#clients.map((client) => (client === changed ? apply(client, settings) : client))
  }
}
