import type { SimulatorResponse } from './outcome.ts'
import type { BackChannelLogout } from './back-channel-logouts.ts'
import type { ClientSettings } from './client-registration.ts'
import type { SimulatorClock } from './simulated-clock.ts'
import type { FaultPlace, SimulatorFaults } from './faults/fault-names.ts'
import type { InPersonResult } from './in-person-checks.ts'
import type { FaultDetails } from './faults/fault-plan.ts'
import type { RecordedRequest } from './recorded-request.ts'

/**
 * How a simulator starts.
 *
 * @example
 * ```ts
 * await startSimulator({ port: 3001, callbackURL: 'http://127.0.0.1:3000/auth/callback', interactive: true })
 * ```
 */
export interface SimulatorOptions {
  /** Default: a free one. */
  readonly port?: number
  /** The host name in its address, for example `localhost`. It listens on 127.0.0.1 whatever the name. Default: `127.0.0.1`. */
  readonly host?: string
  /** The `iss` of core identities. Default: its address followed by `identity/`. */
  readonly coreIdentityIssuer?: string
  /** Where the service takes the browser back: its redirect URI. */
  readonly callbackURL?: string
  /** Where the browser goes after signing out. */
  readonly postLogoutRedirectURL?: string
  /** Where the service takes back-channel logouts. */
  readonly backChannelLogoutURL?: string
  /** Shows a page on which a person chooses who signs in. Default: signs in at once. */
  readonly interactive?: boolean
  /** How the service is registered, where the defaults do not fit. */
  readonly client?: ClientSettings
  /** Several services, in place of `client`. The addresses above belong to the first. */
  readonly clients?: readonly ClientSettings[]
  /** Milliseconds before a back-channel logout is tried again. Default: 30,000, as the provider waits. */
  readonly logoutRetryDelay?: number
  /** Milliseconds that a back-channel logout may take. Default: 15,000, as the provider waits. */
  readonly logoutTimeout?: number
}

/** Options for the strategy that make it use a simulator. */
export interface StrategyOptions {
  /** Where the simulator is. */
  readonly environment: {
    /** Its address. */
    readonly issuer: string
    /** Where its DID document is. */
    readonly didDocumentURL: string
    /** The `id` of its DID document. */
    readonly didController: string
    /** The `iss` of its core identities. */
    readonly coreIdentityIssuer: string
    /** It speaks plain http. */
    readonly allowInsecureRequests: true
  }
  /** As the service is registered. */
  readonly clientId: string
  /** The first redirect URI of the service. */
  readonly callbackURL: string
  /** The first post-logout redirect URI of the service. */
  readonly postLogoutRedirectURL: string
}

/** Options for a service that signs with the simulator's ready key. */
export interface KeyOptions extends StrategyOptions {
  /** PEM, PKCS#8. The public half is registered, unless the service's settings brought keys of their own. */
  readonly privateKey: string
}

/** Options for a service that is registered for `client_secret_post`. */
export interface SecretOptions extends StrategyOptions {
  /** As registered. */
  readonly clientSecret: string
}

/** A running simulator, as `startSimulator()` gives it. */
export interface Simulator {
  /** `http://HOST:PORT/`; the same as `issuer`. */
  readonly url: string
  /** As its tokens name it; the same as `url`. */
  readonly issuer: string

  /** Ready options for the (first) service, as it is registered now. */
  readonly options: KeyOptions
  /** The same for a service that is registered for `client_secret_post`. */
  readonly secretOptions: SecretOptions
  /**
   * Ready options for one of several services.
   *
   * @param clientId - which
   * @throws when no service has it
   */
  optionsFor(clientId: string): KeyOptions
  /**
   * Changes the registration of a service: the first one, unless a client id says which.
   *
   * @param settings - what is to change; the rest stays
   * @param clientId - which service
   * @throws when no service has it
   * @example
   * ```ts
   * op.register({ callbackURL: `http://127.0.0.1:${port}/auth/callback` }) // now that the app's port is known
   * ```
   */
  register(settings: ClientSettings, clientId?: string): void

  /**
   * What the simulator responds with from now on, in place of everything said before.
   *
   * @param response - what there is of it; the rest is as usual
   * @throws TypeError for a ready user that there is not
   */
  respondWith(response: SimulatorResponse): void

  /**
   * Breaks the next use of a place, once. Said twice, the next two uses.
   *
   * @typeParam Place - the place, so that editors complete its faults
   * @param place - what breaks
   * @param fault - how; `simulatorFaults` lists all
   * @param details - how long a `slow` response takes
   * @throws TypeError for a place or a fault that there is not
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
   * Breaks every use of a place until `reset()`. Several faults of one place come together.
   *
   * @typeParam Place - the place, so that editors complete its faults
   * @param place - what breaks
   * @param fault - how; `simulatorFaults` lists all
   * @param details - how long a `slow` response takes
   * @throws TypeError for a place or a fault that there is not
   */
  breakUntilReset<Place extends FaultPlace>(
    place: Place,
    fault: SimulatorFaults[Place],
    details?: FaultDetails,
  ): void
  /** Takes back every fault, also those that have not come to pass, and starts `timesTaken()` from 0. */
  reset(): void
  /**
   * Counts how many times a fault was really used since the last `reset()`. A test that expects a service to reject
   * a fault proves nothing if the count is 0.
   *
   * @typeParam Place - the place, so that editors complete its faults
   * @param place - what breaks
   * @param fault - how; `simulatorFaults` lists all
   * @throws TypeError for a place or a fault that there is not
   * @example
   * ```ts
   * op.breakUntilReset('id-token', 'wrong-nonce')
   * // … sign in
   * console.log(op.timesTaken('id-token', 'wrong-nonce'))
   * ```
   */
  timesTaken<Place extends FaultPlace>(place: Place, fault: SimulatorFaults[Place]): number
  /** Leaves the port, and cuts every connection: calls are refused (`ECONNREFUSED`) until `listenAgain()`. */
  stopListening(): Promise<void>
  /** Comes back to the same port, with everything as it was. */
  listenAgain(): Promise<void>

  /** Publishes new keys that sign nothing yet, as the provider does some time before it rotates. */
  announceKeys(): void
  /**
   * Signs with new keys from now on: the announced ones, or some that nobody has seen. The old ones stay published
   * unless they are withdrawn.
   *
   * @param options - `withdrawOld`: whether the old ones go at once
   */
  rotateKeys(options?: { readonly withdrawOld?: boolean }): void

  /**
   * Completes an identity check in person that started with `respondWith({ inPerson: 'pending' })`. The user gets the
   * result at their next identity request, from your landing page or when they simply come back.
   *
   * @param sub - whose check it is
   * @param result - what came of it; default: the identity is proven at the user's level
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
   * Signs a user out everywhere, as an intervention on their account does, and tells the services: one back-channel
   * logout for each journey of the user's sessions, or one for each service when there are none.
   *
   * @param sub - whom
   * @param options - `to`: an address that is told in place of the services' registered ones
   * @returns what was sent, when every try is over
   */
  signOut(sub: string, options?: { readonly to?: string }): Promise<BackChannelLogout[]>
  /**
   * Waits for the back-channel logouts that are under way (a logout sends them in the background).
   *
   * @returns those that were sent since the last call
   */
  settleLogouts(): Promise<BackChannelLogout[]>

  /** What was sent to the simulator, newest last (the last thousand). */
  readonly requests: readonly RecordedRequest[]
  /** How many requests were sent to the simulator since it started, with those that are no longer in `requests`. */
  readonly requestCount: number
  /** The simulator's own time: codes, tokens and sessions live by it. */
  readonly clock: SimulatorClock

  /** Closes the port and every connection and stops whatever is under way. Nothing stays open. */
  close(): Promise<void>
}
