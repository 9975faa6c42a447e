/** One Login's firewall blocks longer queries. */
const longestQuery = 2047

/** The parameters of a sign-out. */
export interface EndSession {
  /** The user's ID token. It may have expired. */
  readonly idToken?: string | undefined
  /** The registered address. One Login ignores it without an ID token, so then it is not sent. */
  readonly postLogoutRedirectURL?: string | undefined
  /** A value that One Login returns to the page that it redirects to. */
  readonly state?: string | undefined
}

/**
 * Builds the address at One Login that ends its session. If the query is too long for One Login's firewall, the
 * parameters that make it long are left out, and the user is still signed out.
 *
 * @param endSessionEndpoint - from the discovery document
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/managing-your-users-sessions/
 */
export function buildEndSessionURL(
  endSessionEndpoint: string,
  { idToken, postLogoutRedirectURL, state }: EndSession,
): string {
  const parameters: [string, string | undefined][] = [
    ['id_token_hint', idToken],
    ['post_logout_redirect_uri', idToken && postLogoutRedirectURL],
    ['state', idToken && postLogoutRedirectURL && state],
  ]
  // Stryker disable next-line EqualityOperator: with 0 parameters it is the same address
  for (let count = parameters.length; count > 0; count--) {
    const url = new URL(endSessionEndpoint)
    for (const [name, value] of parameters.slice(0, count)) if (value) url.searchParams.set(name, value)
    if (url.search.length - 1 <= longestQuery) return url.href
  }
  return endSessionEndpoint
}
