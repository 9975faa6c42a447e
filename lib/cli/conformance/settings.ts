import type { Selection } from './results.ts'

/** How the service authenticates to One Login. */
export type Credentials =
  | { readonly publicKey: string }
  | { readonly jwksURL: string }
  | { readonly clientSecret: string }
  /** With the simulator's key, which the started service gets in a variable. */
  | 'ready-key'

/** What is checked, and how. */
export interface Settings extends Selection {
  /** A page that needs a signed-in user. */
  readonly page: URL
  /** A page that needs a proven identity. */
  readonly identityPage: URL | undefined
  /** Where a signed-in user starts to prove their identity, if not at that page. */
  readonly identityStart: URL | undefined
  /** The text of the identity page after the identity is proven, if the command cannot find it by itself. */
  readonly identityText: RegExp | undefined
  readonly signOut: URL | undefined
  readonly backChannel: URL | undefined
  /** Hosts of the service that are not this machine. */
  readonly allowedHosts: readonly string[]
  readonly credentials: Credentials
  readonly idTokenAlg: 'ES256' | 'RS256'
  readonly press: readonly string[]
  readonly cookies: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** The longest time for a response, in milliseconds. */
  readonly timeout: number
  /** The longest time for the service to start, in milliseconds. */
  readonly startTimeout: number
  readonly slow: boolean
  /** The command that starts the service. Empty if the service is already running. */
  readonly command: readonly string[]
}
