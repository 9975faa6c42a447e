import { buildEndSessionURL } from '../session/end-session-request.ts'
import type { RelyingParty } from './relying-party.ts'

/** Gives the address to send a browser to whose session here has ended. */
export type SignOut = (idToken: string | undefined, state?: string) => Promise<string>

/**
 * Makes the function that says where a sign-out goes on: to One Login, or, when it cannot be had, to where One
 * Login would have sent the browser.
 */
export function createSignOut({ settings, provider }: RelyingParty): SignOut {
  const { postLogoutRedirectURL } = settings
  return async function signOut(idToken, state) {
    try {
      const { end_session_endpoint } = await provider.metadata()
      // Stryker disable next-line ConditionalExpression: without an address there would be an error, caught below
      if (end_session_endpoint !== undefined)
        return buildEndSessionURL(end_session_endpoint, { idToken, postLogoutRedirectURL, state })
    } catch {
      // The user is signed out here already, and the failed download has been told of.
    }
    return postLogoutRedirectURL ?? '/'
  }
}
