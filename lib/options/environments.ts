import { OneLoginError } from '../errors.ts'

/**
 * The addresses of a provider: One Login or a simulator of it.
 *
 * @example
 * ```ts
 * const simulator: Environment = {
 *   issuer: 'http://localhost:3001/',
 *   didDocumentURL: 'http://localhost:3001/.well-known/did.json',
 *   didController: 'did:web:localhost%3A3001',
 *   coreIdentityIssuer: 'http://localhost:3001/',
 *   allowInsecureRequests: true,
 * }
 * ```
 * @see https://docs.sign-in.service.gov.uk/
 */
export interface Environment {
  /**
   * The issuer, exactly as in the discovery document, including any slash at the end. If it is the issuer of
   * integration or production, set nothing else.
   */
  readonly issuer: string
  /**
   * The address of the DID document. The package takes keys for identities from nowhere else. Required if your service
   * asks for identities.
   */
  readonly didDocumentURL?: string | undefined
  /** The `id` that the DID document must contain. Required if your service asks for identities. */
  readonly didController?: string | undefined
  /** The issuer (`iss`) that a core identity must name. Required if your service asks for identities. */
  readonly coreIdentityIssuer?: string | undefined
  /**
   * Allows `http` addresses on a loopback host, for a simulator.
   *
   * @defaultValue `false`
   */
  readonly allowInsecureRequests?: boolean | undefined
}

/**
 * The two environments of GOV.UK One Login, by name. `homeURL` is where users manage their One Login: the address
 * that the One Login service header links to.
 *
 * @example
 * ```ts
 * app.locals.oneLoginHome = environments.integration.homeURL
 * ```
 * @see https://www.sign-in.service.gov.uk/documentation/design-recommendations/let-users-navigate-sign-out
 */
export const environments = {
  integration: {
    issuer: 'https://oidc.integration.account.gov.uk/',
    didDocumentURL: 'https://identity.integration.account.gov.uk/.well-known/did.json',
    didController: 'did:web:identity.integration.account.gov.uk',
    coreIdentityIssuer: 'https://identity.integration.account.gov.uk/',
    homeURL: 'https://home.integration.account.gov.uk/',
  },
  production: {
    issuer: 'https://oidc.account.gov.uk/',
    didDocumentURL: 'https://identity.account.gov.uk/.well-known/did.json',
    didController: 'did:web:identity.account.gov.uk',
    coreIdentityIssuer: 'https://identity.account.gov.uk/',
    homeURL: 'https://home.account.gov.uk/',
  },
} as const satisfies Record<string, Environment & { readonly homeURL: string }>

/** The settings of an {@link Environment} that verifying an identity needs. */
export const didSettings = ['didDocumentURL', 'didController', 'coreIdentityIssuer'] as const

/** Returns the {@link didSettings} that an environment does not have. */
export function missingDidSettings(environment: Environment): (typeof didSettings)[number][] {
  return didSettings.filter((name) => environment[name] === undefined)
}

/**
 * Returns the settings that verifying an identity needs.
 *
 * @throws OneLoginError `invalid_option` if they are not set
 */
export function requireDidSettings(environment: Environment) {
  const { didDocumentURL, didController, coreIdentityIssuer } = environment
  if (didDocumentURL === undefined || didController === undefined || coreIdentityIssuer === undefined)
    throw new OneLoginError(
      'invalid_option',
      `Option "environment": an identity cannot be verified without ${missingDidSettings(environment).join(', ')}. Set them.`,
      { option: 'environment' },
    )
  return { didDocumentURL, didController, coreIdentityIssuer }
}

/** The issuer of one of the two environments of GOV.UK One Login. Its trailing slash is optional. */
export type KnownIssuer = WithOptionalSlash<(typeof environments)[keyof typeof environments]['issuer']>

type WithOptionalSlash<URL extends string> = URL | (URL extends `${infer Start}/` ? Start : never)

/** The names of the two environments, and their issuers. */
export const environmentNames = Object.entries(environments).flatMap(([name, { issuer }]) => [
  name,
  issuer,
  issuer.slice(0, -1),
]) as (keyof typeof environments | KnownIssuer)[]

/** Returns one of the two environments, by its name or its issuer. */
export function knownEnvironment(nameOrIssuer: string): Environment | undefined {
  return Object.entries(environments).find(
    ([name, { issuer }]) => name === nameOrIssuer || issuer === nameOrIssuer || issuer === `${nameOrIssuer}/`,
  )?.[1]
}

/**
 * Whether `url` is https, or http on a loopback host if that is allowed.
 *
 * @param url - an absolute URL
 * @param allowInsecureRequests - whether http to a loopback host is allowed
 */
export function isSecure(url: URL, allowInsecureRequests: boolean): boolean {
  if (url.protocol === 'https:') return true
  return allowInsecureRequests && url.protocol === 'http:' && isLoopback(url.hostname)
}

/**
 * Whether a host is this machine.
 *
 * @param hostname - the host of a URL, with an IPv6 address in brackets
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
