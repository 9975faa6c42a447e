import { providerApp } from './app.ts'
import { BrowserSessions } from './browser-sessions.ts'
import { ClientKeys } from './client-keys.ts'
import { ClientRegistry, type ClientRegistration, type ClientSettings } from './client-registration.ts'
import { VirtualClock } from './clock.ts'
import { Grants } from './grants.ts'
import { Listener } from './listener.ts'
import { PendingSignIns } from './pending-sign-ins.ts'
import { ProviderKeys } from './provider-keys.ts'
import type { Provider } from './provider.ts'
import { RequestLog } from './request-log.ts'
import { serviceKeyPair } from './service-key.ts'
import type { Simulator, SimulatorOptions, StrategyOptions } from './simulator.ts'

/**
 * Starts a stand-in for GOV.UK One Login on 127.0.0.1.
 *
 * @example
 * ```ts
 * const op = await startSimulator()
 * passport.use(new OneLoginStrategy(op.options))
 * // …
 * await op.close()
 * ```
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { privateKey, publicKey } = await serviceKeyPair()
  const clients = new ClientRegistry(servicesOf(options), publicKey)
  let provider: Provider | undefined
  const listener = await Listener.open(options.port ?? 0, (port) => {
    provider = createProvider(port, clients, options.interactive ?? false)
    return providerApp(provider)
  })
  if (!provider) throw new Error('A listener that is open has made its handler')
  return simulatorOf(provider, listener, privateKey)
}

function servicesOf(options: SimulatorOptions): ClientSettings[] {
  const { callbackURL, postLogoutRedirectURL, backChannelLogoutURL } = options
  const addresses = {
    ...(callbackURL !== undefined && { callbackURL }),
    ...(postLogoutRedirectURL !== undefined && { postLogoutRedirectURL }),
    ...(backChannelLogoutURL !== undefined && { backChannelLogoutURL }),
  }
  const [first, ...others] = options.clients ?? [options.client ?? {}]
  return [{ ...addresses, ...first }, ...others]
}

function createProvider(port: number, clients: ClientRegistry, interactive: boolean): Provider {
  const clock = new VirtualClock()
  const issuer = `http://127.0.0.1:${port}/`
  const needsRsa = clients.all.some((client) => client.idTokenSigningAlg === 'RS256')
  return {
    issuer,
    coreIdentityIssuer: `${issuer}identity/`,
    clock,
    clients,
    interactive,
    answer: {},
    keys: new ProviderKeys(`did:web:127.0.0.1%3A${port}`, needsRsa),
    clientKeys: new ClientKeys(clock),
    sessions: new BrowserSessions(clock, port),
    pendingSignIns: new PendingSignIns(),
    grants: new Grants(clock),
    log: new RequestLog(),
  }
}

function simulatorOf(provider: Provider, listener: Listener, privateKey: string): Simulator {
  const { issuer, clients, clock, log } = provider
  const registered = (clientId = clients.all[0]?.clientId): ClientRegistration => {
    const client = clients.find(clientId)
    if (!client) throw new Error(`No service is registered as ${String(clientId)}`)
    return client
  }
  const optionsFor = (clientId?: string) => ({
    ...strategyOptions(provider, registered(clientId)),
    privateKey,
  })
  return {
    url: issuer,
    issuer,
    clock,
    requests: log.entries,
    get options() {
      return optionsFor()
    },
    get secretOptions() {
      const client = registered()
      return { ...strategyOptions(provider, client), clientSecret: client.clientSecret }
    },
    optionsFor,
    register: (settings, clientId) => clients.change(settings, clientId),
    respondWith: (answer) => {
      provider.answer = answer
    },
    close: () => listener.stop(),
  }
}

function strategyOptions(provider: Provider, client: ClientRegistration): StrategyOptions {
  return {
    environment: {
      issuer: provider.issuer,
      didDocumentURL: `${provider.issuer}.well-known/did.json`,
      didController: provider.keys.didController,
      coreIdentityIssuer: provider.coreIdentityIssuer,
      allowInsecureRequests: true,
    },
    clientId: client.clientId,
    callbackURL: client.redirectUris[0] ?? '',
    postLogoutRedirectURL: client.postLogoutRedirectUris[0] ?? '',
  }
}
