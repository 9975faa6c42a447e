import type { Settings } from '../options/strategy-options.ts'
import type { Provider } from '../provider/provider.ts'
import { buildEndSessionURL } from './end-session-request.ts'

/** Gives the address to send a browser to whose session here has ended. */
export type SignOutURL = (idToken: string | undefined, state?: string) => Promise<string>

/**
 * Makes the function that gives the address to go on to after a sign-out: One Login's, or, if One Login is
 * unavailable, the one that it would have sent the browser to.
 */
export function createSignOutURL(
  { postLogoutRedirectURL }: Pick<Settings, 'postLogoutRedirectURL'>,
  provider: Pick<Provider, 'metadata'>,
): SignOutURL {
  return async function signOutURL(idToken, state) {
    try {
      const { end_session_endpoint } = await provider.metadata()
      // Stryker disable next-line ConditionalExpression: without an address there would be an error, caught below
      if (end_session_endpoint !== undefined)
        return buildEndSessionURL(end_session_endpoint, { idToken, postLogoutRedirectURL, state })
    } catch {
      // The user is signed out here already, and the failed download was published.
    }
    return postLogoutRedirectURL ?? '/'
  }
}
