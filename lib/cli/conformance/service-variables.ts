import type { Simulator } from '../../simulator/index.ts'
import type { Settings } from './settings.ts'

/** Returns the variables that point a service with this package's variables to the simulator. */
export function serviceVariables(
  { options }: Simulator,
  { page, credentials }: Pick<Settings, 'page' | 'credentials'>,
): Readonly<Record<string, string>> {
  const { environment, clientId, privateKey } = options
  return {
    ONE_LOGIN_ISSUER: environment.issuer,
    ONE_LOGIN_DID_DOCUMENT_URL: environment.didDocumentURL,
    ONE_LOGIN_DID_CONTROLLER: environment.didController,
    ONE_LOGIN_CORE_IDENTITY_ISSUER: environment.coreIdentityIssuer,
    ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
    ONE_LOGIN_CLIENT_ID: clientId,
    ONE_LOGIN_CALLBACK_URL: new URL('/auth/callback', page).href,
    ONE_LOGIN_POST_LOGOUT_REDIRECT_URL: new URL('/signed-out', page).href,
    ...(credentials === 'ready-key' && {
      ONE_LOGIN_PRIVATE_KEY: privateKey.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, ''),
    }),
  }
}
