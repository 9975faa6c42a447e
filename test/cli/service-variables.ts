import type { Simulator } from '../../lib/simulator/index.ts'

/** The variables of a service that is registered correctly with a simulator. */
export function variablesFor({ options }: Simulator): Record<string, string> {
  const { environment } = options
  return {
    ONE_LOGIN_ISSUER: environment.issuer,
    ONE_LOGIN_DID_DOCUMENT_URL: environment.didDocumentURL,
    ONE_LOGIN_DID_CONTROLLER: environment.didController,
    ONE_LOGIN_CORE_IDENTITY_ISSUER: environment.coreIdentityIssuer,
    ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
    ONE_LOGIN_CLIENT_ID: options.clientId,
    ONE_LOGIN_CALLBACK_URL: options.callbackURL,
    ONE_LOGIN_PRIVATE_KEY: options.privateKey,
  }
}
