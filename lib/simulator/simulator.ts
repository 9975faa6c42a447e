import type { SimulatorAnswer } from './answers.ts'
import type { ClientSettings } from './client-registration.ts'
import type { SimulatorClock } from './clock.ts'
import type { RecordedRequest } from './request-log.ts'

/** How a simulator starts. */
export interface SimulatorOptions {
  /** Default: a free one. */
  readonly port?: number
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
  /** Several services, in place of `client`. */
  readonly clients?: readonly ClientSettings[]
}

/** Options for the strategy that make it use a simulator. */
export interface StrategyOptions {
  readonly environment: {
    readonly issuer: string
    readonly didDocumentURL: string
    readonly didController: string
    readonly coreIdentityIssuer: string
    readonly allowInsecureRequests: true
  }
  readonly clientId: string
  readonly callbackURL: string
  readonly postLogoutRedirectURL: string
}

/** Options for a service that signs with the simulator's ready key. */
export interface KeyOptions extends StrategyOptions {
  /** PEM, PKCS#8. */
  readonly privateKey: string
}

/** Options for a service that is registered for `client_secret_post`. */
export interface SecretOptions extends StrategyOptions {
  readonly clientSecret: string
}

/** A running simulator. */
export interface Simulator {
  /** `http://127.0.0.1:PORT/`; the same as `issuer`. */
  readonly url: string
  readonly issuer: string
  /** Ready options for the (first) service, as it is registered now. */
  readonly options: KeyOptions
  /** The same for a service that is registered for `client_secret_post`. */
  readonly secretOptions: SecretOptions
  /** Ready options for one of several services. */
  optionsFor(clientId: string): KeyOptions
  /** Changes the registration of a service: the first one, unless a client id says which. */
  register(settings: ClientSettings, clientId?: string): void
  /** What is answered from now on, in place of what was said before. */
  respondWith(answer: SimulatorAnswer): void
  /** What the service sent, newest last. */
  readonly requests: readonly RecordedRequest[]
  readonly clock: SimulatorClock
  /** Closes the port and every connection. */
  close(): Promise<void>
}
