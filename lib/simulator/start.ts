import { checkResponse } from './outcome.ts'
import { providerApp } from './app.ts'
import { BackChannelLogouts } from './back-channel-logouts.ts'
import { BrowserSessions } from './browser-sessions.ts'
import { ClientRegistry, type ClientSettings } from './client-registration.ts'
import { VirtualClock } from './simulated-clock.ts'
import { FaultPlan } from './faults/fault-plan.ts'
import { Grants } from './grants.ts'
import { InPersonChecks } from './in-person-checks.ts'
import { ClientKeys } from './keys/client-keys.ts'
import { ProviderKeys } from './keys/provider-keys.ts'
import { serviceKeyPair } from './keys/service-key.ts'
import { Listener } from './listener.ts'
import { PendingSignIns, type PendingSignIn } from './pending-sign-ins.ts'
import type { Provider } from './simulated-provider.ts'
import { RequestLog } from './request-log.ts'
import { signOutEverywhere } from './session-end.ts'
import type { Simulator, SimulatorOptions } from './simulator.ts'
import { keyOptions, secretOptions } from './service-options.ts'

const logoutRetryDelay = 30_000
const logoutTimeout = 15_000

/**
 * Starts a GOV.UK One Login simulator on 127.0.0.1, with its own keys, sessions and clock. You can run several at the
 * same time.
 *
 * @example
 * ```ts
 * const op = await startSimulator({ callbackURL: 'http://127.0.0.1:3000/auth/callback' })
 * passport.use(new OneLoginStrategy(op.options))
 * op.respondWith({ user: 'many-given-names' })
 * // …
 * await op.close()
 * ```
 *
 * @param options - the port, the addresses of the service, and its registration
 * @throws if the port is in use (`code` is `EADDRINUSE`)
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const listener = await Listener.open(options.port ?? 0)
  const url = `http://${options.host ?? '127.0.0.1'}:${listener.port}/`
  const { simulator, app } = await createSimulator(options, {
    url,
    coreIdentityIssuer: options.coreIdentityIssuer ?? `${url}identity/`,
    listener,
  })
  listener.handle(app)
  return simulator
}

/** The address and the port of a simulator. */
export interface SimulatorPlace {
  /** Its address for services and browsers, with a slash at the end. */
  readonly url: string
  /** The `iss` of core identities. */
  readonly coreIdentityIssuer: string
  /** The listener on its port. */
  readonly listener: Pick<Listener, 'stop' | 'listenAgain'>
  /** Creates the sign-in page of an interactive simulator, instead of the built-in page. */
  readonly signInPage?: (pending: PendingSignIn) => string
}

/**
 * Creates a simulator without its own port. The owner of the port passes the requests to `app`.
 *
 * @internal
 */
export async function createSimulator(options: SimulatorOptions, place: SimulatorPlace) {
  const { privateKey, publicKey } = await serviceKeyPair()
  const clients = new ClientRegistry(servicesOf(options), publicKey)
  const closing = new AbortController()
  const provider = createProvider(place, clients, options, closing.signal)
  const simulator = simulatorOf(provider, place.listener, closing, privateKey)
  return { simulator, provider, app: providerApp(provider) }
}

function servicesOf(options: SimulatorOptions): ClientSettings[] {
  const { callbackURL, postLogoutRedirectURL, backChannelLogoutURL } = options
  const addresses = {
    ...(callbackURL !== undefined && { redirectUris: [callbackURL] }),
    ...(postLogoutRedirectURL !== undefined && { postLogoutRedirectUris: [postLogoutRedirectURL] }),
    ...(backChannelLogoutURL !== undefined && { backChannelLogoutUri: backChannelLogoutURL }),
  }
  const [first, ...others] = options.clients ?? [options.client ?? {}]
  return [{ ...addresses, ...first }, ...others]
}

function createProvider(
  { url: issuer, coreIdentityIssuer, signInPage }: SimulatorPlace,
  clients: ClientRegistry,
  options: SimulatorOptions,
  closing: AbortSignal,
): Provider {
  const { host } = new URL(issuer)
  const clock = new VirtualClock()
  const faults = new FaultPlan()
  const keys = new ProviderKeys(`did:web:${encodeURIComponent(host)}`, clients.needRsaKey)
  const timing = {
    retryDelay: options.logoutRetryDelay ?? logoutRetryDelay,
    timeout: options.logoutTimeout ?? logoutTimeout,
  }
  return {
    issuer,
    coreIdentityIssuer,
    clock,
    keys,
    clients,
    faults,
    closing,
    clientKeys: new ClientKeys(clock, closing),
    sessions: new BrowserSessions(clock, host),
    pendingSignIns: new PendingSignIns(clock),
    grants: new Grants(clock),
    inPersonChecks: new InPersonChecks(clock),
    backChannel: new BackChannelLogouts({ issuer, keys, clock, faults }, timing, closing),
    log: new RequestLog(),
    interactive: options.interactive ?? false,
    signInPage,
    response: {},
  }
}

function simulatorOf(
  provider: Provider,
  listener: SimulatorPlace['listener'],
  closing: AbortController,
  privateKey: string,
): Simulator {
  const { issuer, clients, clock, faults, keys, log } = provider
  return {
    url: issuer,
    issuer,
    clock,
    requests: log.entries,
    get requestCount() {
      return log.count
    },
    get options() {
      return keyOptions(provider, clients.get(), privateKey)
    },
    get secretOptions() {
      return secretOptions(provider, clients.get())
    },
    optionsFor: (clientId) => keyOptions(provider, clients.get(clientId), privateKey),
    register: (settings, clientId) => clients.change(settings, clientId),
    respondWith: (response) => {
      checkResponse(response)
      provider.response = response
    },
    breakNext: (place, fault, details) => faults.breakNext(place, fault, details),
    breakUntilReset: (place, fault, details) => faults.breakUntilReset(place, fault, details),
    reset: () => faults.reset(),
    timesUsed: (place, fault) => faults.timesUsed(place, fault),
    stopListening: () => listener.stop(),
    listenAgain: () => listener.listenAgain(),
    announceKeys: () => keys.announce(clients.needRsaKey),
    rotateKeys: ({ withdrawOld = false } = {}) => keys.rotate(clients.needRsaKey, withdrawOld),
    completeInPerson: (sub, result = {}) => provider.inPersonChecks.complete(sub, result),
    signOut: (sub, { to } = {}) => signOutEverywhere(provider, sub, to),
    settleLogouts: () => provider.backChannel.settle(),
    close: async () => {
      closing.abort()
      await listener.stop()
      await provider.backChannel.settle()
    },
  }
}
