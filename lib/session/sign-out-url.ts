import type { Settings } from '../options/strategy-options.ts'
import type { Provider } from '../provider/provider.ts'
import { buildEndSessionURL } from './end-session-request.ts'

/** Returns the address to send a browser to after its session here has ended. */
export type SignOutURL = (idToken: string | undefined, state?: string) => Promise<string>

/**
 * Returns the function that builds the address for after a sign-out: One Login's or, if One Login is unavailable, the
 * one that One Login would have sent the browser to.
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
      // The user is already signed out here, and the failed download has been published.
    }
    return postLogoutRedirectURL ?? '/'
  }
}
