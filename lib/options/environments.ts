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
  /** The issuer, exactly as in the discovery document, including any slash at the end. */
  readonly issuer: string
  /** The address of the DID document. The package takes keys for identities from nowhere else. */
  readonly didDocumentURL: string
  /** The `id` that the DID document must contain. */
  readonly didController: string
  /** The issuer (`iss`) that a core identity must name. */
  readonly coreIdentityIssuer: string
  /** Allows `http` addresses on a loopback host, for a simulator. */
  readonly allowInsecureRequests?: boolean | undefined
}

/** The two environments of GOV.UK One Login. */
export const environments = {
  integration: {
    issuer: 'https://oidc.integration.account.gov.uk/',
    didDocumentURL: 'https://identity.integration.account.gov.uk/.well-known/did.json',
    didController: 'did:web:identity.integration.account.gov.uk',
    coreIdentityIssuer: 'https://identity.integration.account.gov.uk/',
  },
  production: {
    issuer: 'https://oidc.account.gov.uk/',
    didDocumentURL: 'https://identity.account.gov.uk/.well-known/did.json',
    didController: 'did:web:identity.account.gov.uk',
    coreIdentityIssuer: 'https://identity.account.gov.uk/',
  },
} as const satisfies Record<string, Environment>

/**
 * Whether `url` is https, or http on a loopback host where that is allowed.
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
 * @param hostname - of a URL, an IPv6 address in brackets
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
