import type { ClientRegistration } from './client-registration.ts'
import type { Provider } from './simulated-provider.ts'
import type { KeyOptions, SecretOptions, StrategyOptions } from './simulator.ts'

/** Returns options for a service that signs with a key. */
export function keyOptions(provider: Provider, client: ClientRegistration, privateKey: string): KeyOptions {
  return { ...strategyOptions(provider, client), privateKey }
}

/** Returns options for a service that has a client secret. */
export function secretOptions(provider: Provider, client: ClientRegistration): SecretOptions {
  return { ...strategyOptions(provider, client), clientSecret: client.clientSecret }
}

function strategyOptions(
  { issuer, keys, coreIdentityIssuer }: Provider,
  client: ClientRegistration,
): StrategyOptions {
  return {
    environment: {
      issuer,
      didDocumentURL: `${issuer}.well-known/did.json`,
      didController: keys.didController,
      coreIdentityIssuer,
      allowInsecureRequests: true,
    },
    clientId: client.clientId,
    callbackURL: client.redirectUris[0] ?? '',
    postLogoutRedirectURL: client.postLogoutRedirectUris[0] ?? '',
    warmUp: false,
  }
}
