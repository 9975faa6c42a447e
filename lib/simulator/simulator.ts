import type { SimulatorResponse } from './outcome.ts'
import type { BackChannelLogout } from './back-channel-logouts.ts'
import type { ClientSettings } from './client-registration.ts'
import type { SimulatorClock } from './simulated-clock.ts'
import type { FaultPlace, SimulatorFaults } from './faults/fault-names.ts'
import type { InPersonResult } from './in-person-checks.ts'
import type { FaultDetails } from './faults/fault-plan.ts'
import type { RecordedRequest } from './recorded-request.ts'

/**
 * Options of a simulator.
 *
 * @example
 * ```ts
 * await startSimulator({ port: 3001, callbackURL: 'http://127.0.0.1:3000/auth/callback', interactive: true })
 * ```
 */
export interface SimulatorOptions {
  /** Default: a free port. */
  readonly port?: number
  /**
   * The host name in its address, for example `localhost`. The simulator always listens on 127.0.0.1. Default:
   * `127.0.0.1`.
   */
  readonly host?: string
  /** The `iss` of core identities. Default: its address followed by `identity/`. */
  readonly coreIdentityIssuer?: string
  /** The service's redirect URI. */
  readonly callbackURL?: string
  /** The address that the browser is sent to after sign-out. */
  readonly postLogoutRedirectURL?: string
  /** The service's address for back-channel logouts. */
  readonly backChannelLogoutURL?: string
  /** Whether a person chooses the user on a page. Default: the user is signed in at once. */
  readonly interactive?: boolean
  /** The registration of the service, if the defaults do not fit. */
  readonly client?: ClientSettings
  /** The registrations of several services, instead of `client`. The addresses above belong to the first. */
  readonly clients?: readonly ClientSettings[]
  /**
   * How long to wait before the next attempt at a back-channel logout, in milliseconds. Default: 30,000, as at One
   * Login.
   */
  readonly logoutRetryDelay?: number
  /** How long to wait for the response to a back-channel logout, in milliseconds. Default: 15,000, as at One Login. */
  readonly logoutTimeout?: number
}

/** Options for the strategy that make it use a simulator. */
export interface StrategyOptions {
  /** The addresses of the simulator. */
  readonly environment: {
    /** Its address. */
    readonly issuer: string
    /** The address of its DID document. */
    readonly didDocumentURL: string
    /** The `id` of its DID document. */
    readonly didController: string
    /** The `iss` of its core identities. */
    readonly coreIdentityIssuer: string
    /** The simulator uses plain http. */
    readonly allowInsecureRequests: true
  }
  /** The client ID of the service. */
  readonly clientId: string
  /** The first redirect URI of the service. */
  readonly callbackURL: string
  /** The first post-logout redirect URI of the service. */
  readonly postLogoutRedirectURL: string
  /** No download in the background can take the fault that a test means for a sign-in. */
  readonly warmUp: false
}

/** Options for a service that signs with the simulator's ready key. */
export interface KeyOptions extends StrategyOptions {
  /** In PEM (PKCS#8). The public key is registered, unless the service's settings have their own keys. */
  readonly privateKey: string
}

/** Options for a service that is registered for `client_secret_post`. */
export interface SecretOptions extends StrategyOptions {
  /** The registered secret. */
  readonly clientSecret: string
}

/** A running simulator, as `startSimulator()` returns it. */
export interface Simulator {
  /** `http://HOST:PORT/`. The same as `issuer`. */
  readonly url: string
  /** The `iss` of its tokens. The same as `url`. */
  readonly issuer: string

  /** Options for the first service, as it is registered now. */
  readonly options: KeyOptions
  /** The same for a service that is registered for `client_secret_post`. */
  readonly secretOptions: SecretOptions
  /**
   * Returns options for one of several services.
   *
   * @param clientId - the client ID of the service
   * @throws if no service has this client ID
   */
  optionsFor(clientId: string): KeyOptions
  /**
   * Changes the registration of a service. Default: the first one.
   *
   * @param settings - the settings to change. The others stay the same
   * @param clientId - the client ID of the service
   * @throws if no service has this client ID
   * @example
   * ```ts
   * op.register({ callbackURL: `http://127.0.0.1:${port}/auth/callback` }) // now that the app's port is known
   * ```
   */
  register(settings: ClientSettings, clientId?: string): void

  /**
   * Sets the simulator's response. It replaces the earlier response completely.
   *
   * @param response - the parts to set. The others have their defaults
   * @throws TypeError for an unknown ready user
   */
  respondWith(response: SimulatorResponse): void

  /**
   * Breaks the next use of a place. 2 calls break the next 2 uses.
   *
   * @typeParam Place - the place, so that editors complete its faults
   * @param place - what to break
   * @param fault - how to break it. `simulatorFaults` lists all faults
   * @param details - how long a `slow` response takes
   * @throws TypeError for an unknown place or fault
   * @example
   * ```ts
   * op.breakNext('id-token', 'wrong-nonce')
   * op.breakNext('token', 'slow', { seconds: 0.2 })
   * ```
   */
  breakNext<Place extends FaultPlace>(
    place: Place,
    fault: SimulatorFaults[Place],
    details?: FaultDetails,
  ): void
  /**
   * Breaks every use of a place until `reset()`. Several faults of one place apply together.
   *
   * @typeParam Place - the place, so that editors complete its faults
   * @param place - what to break
   * @param fault - how to break it. `simulatorFaults` lists all faults
   * @param details - how long a `slow` response takes
   * @throws TypeError for an unknown place or fault
   */
  breakUntilReset<Place extends FaultPlace>(
    place: Place,
    fault: SimulatorFaults[Place],
    details?: FaultDetails,
  ): void
  /** Removes every fault, including those not used yet, and sets the counts of `timesUsed()` to 0. */
  reset(): void
  /**
   * Returns how many times a fault was used since the last `reset()`. If the count is 0, a test that expects a
   * service to reject the fault proves nothing.
   *
   * @typeParam Place - the place, so that editors complete its faults
   * @param place - the place that was broken
   * @param fault - the fault
   * @throws TypeError for an unknown place or fault
   * @example
   * ```ts
   * op.breakUntilReset('id-token', 'wrong-nonce')
   * // … sign in
   * console.log(op.timesUsed('id-token', 'wrong-nonce'))
   * ```
   */
  timesUsed<Place extends FaultPlace>(place: Place, fault: SimulatorFaults[Place]): number
  /** Closes the port and every connection. Calls are refused (`ECONNREFUSED`) until `listenAgain()`. */
  stopListening(): Promise<void>
  /** Opens the same port again. Nothing else has changed. */
  listenAgain(): Promise<void>

  /** Publishes new keys that sign nothing yet, as One Login does before it rotates its keys. */
  announceKeys(): void
  /**
   * Changes to new keys: the announced ones, or keys that are not published yet. The old keys stay published, unless
   * you withdraw them.
   *
   * @param options - `withdrawOld`: whether to remove the old keys at once
   */
  rotateKeys(options?: { readonly withdrawOld?: boolean }): void

  /**
   * Completes an identity check in person that started with `respondWith({ inPerson: 'pending' })`. The user gets the
   * result at their next identity request, from your landing page or any other page.
   *
   * @param sub - the user
   * @param result - the result. Default: the identity is proven at the user's level
   * @throws Error if no check is pending for this user, for example because 16 days have passed
   * @example
   * ```ts
   * const user = readyUser('typical')
   * op.respondWith({ user, inPerson: 'pending' })
   * // … the user asks for an identity, and stays at the simulator
   * op.completeInPerson(user.sub)
   * ```
   */
  completeInPerson(sub: string, result?: InPersonResult): void

  /**
   * Signs a user out everywhere, as One Login does after an intervention on their account. Sends the services one
   * back-channel logout for each journey of the user's sessions, or one for each service if there are none.
   *
   * @param sub - the user
   * @param options - `to`: an address to use instead of the registered ones
   * @returns the logouts that were sent, after the last attempt
   */
  signOut(sub: string, options?: { readonly to?: string }): Promise<BackChannelLogout[]>
  /**
   * Waits for the back-channel logouts that are being sent. A logout sends them in the background.
   *
   * @returns the logouts since the last call
   */
  settleLogouts(): Promise<BackChannelLogout[]>

  /** The requests to the simulator, newest last. At most the last 1,000. */
  readonly requests: readonly RecordedRequest[]
  /** The number of requests since the simulator started, including those no longer in `requests`. */
  readonly requestCount: number
  /** The simulator's clock. Codes, tokens and sessions use it. */
  readonly clock: SimulatorClock

  /** Closes the port and every connection, and stops all background work. Nothing stays open. */
  close(): Promise<void>
}
