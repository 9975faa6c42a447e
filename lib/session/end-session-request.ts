/** Past this the provider's firewall answers in its place. */
const longestQuery = 2047

/** What a sign-out can say. */
export interface EndSession {
  /** The user's ID token; an expired one is fine. */
  readonly idToken?: string | undefined
  /** As registered. Needs the ID token: One Login ignores it otherwise, so it is not sent. */
  readonly postLogoutRedirectURL?: string | undefined
  /** Handed back to the page that One Login redirects to. */
  readonly state?: string | undefined
}

/**
 * Builds the address of One Login that ends its session. A query that its firewall would block is sent without
 * what makes it long: the user is signed out there all the same.
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
  for (let kept = parameters.length; kept > 0; kept--) {
    const url = new URL(endSessionEndpoint)
    for (const [name, value] of parameters.slice(0, kept)) if (value) url.searchParams.set(name, value)
    if (url.search.length - 1 <= longestQuery) return url.href
  }
  return endSessionEndpoint
}
