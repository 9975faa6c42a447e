import { createPublicKey } from 'node:crypto'
import type { ConfiguredSimulator } from './configured-simulator.ts'

/**
 * Returns the variables that point a service with this library to a simulator. They contain the key if it was made
 * for this run.
 */
export function serviceVariables({
  simulator,
  registration,
}: ConfiguredSimulator): Readonly<Record<string, string>> {
  const { environment, clientId, callbackURL, postLogoutRedirectURL, privateKey } = simulator.options
  return {
    ONE_LOGIN_ISSUER: environment.issuer,
    ONE_LOGIN_DID_DOCUMENT_URL: environment.didDocumentURL,
    ONE_LOGIN_DID_CONTROLLER: environment.didController,
    ONE_LOGIN_CORE_IDENTITY_ISSUER: environment.coreIdentityIssuer,
    ONE_LOGIN_ALLOW_INSECURE_REQUESTS: String(environment.issuer.startsWith('http:')),
    ONE_LOGIN_CLIENT_ID: clientId,
    ONE_LOGIN_CALLBACK_URL: callbackURL,
    ONE_LOGIN_POST_LOGOUT_REDIRECT_URL: postLogoutRedirectURL,
    ...credentials(),
  }

  function credentials(): Record<string, string> {
    if (registration.tokenAuthMethod === 'client_secret_post')
      return { ONE_LOGIN_CLIENT_SECRET: registration.clientSecret }
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
    if (registration.jwksURL !== undefined || !registration.publicKeys.includes(publicKey)) return {}
    return { ONE_LOGIN_PRIVATE_KEY: privateKey.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '') }
  }
}

/** Returns a line of an `.env` file. */
export function dotenvLine(name: string, value: string): string {
  if (/^[\w.:/+=%@,&?~-]*$/.test(value)) return `${name}=${value}`
  const quote = ["'", '"', '`'].find((mark) => !value.includes(mark)) ?? "'"
  return `${name}=${quote}${value}${quote}`
}
