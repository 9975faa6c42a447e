import type { Selection } from './results.ts'

/** How the service proves to One Login who it is. */
export type Credentials =
  | { readonly publicKey: string }
  | { readonly jwksURL: string }
  | { readonly clientSecret: string }
  /** With the ready key of the simulator, which the started service gets in a variable. */
  | 'ready-key'

/** What is checked, and how. */
export interface Settings extends Selection {
  /** A page that needs a signed-in user. */
  readonly page: URL
  /** A page that needs a proven identity. */
  readonly identityPage: URL | undefined
  /** Where a signed-in user starts to prove their identity, if not at that page. */
  readonly identityStart: URL | undefined
  /** What the identity page shows if the identity is proven, if the command cannot tell by itself. */
  readonly identityText: RegExp | undefined
  readonly signOut: URL | undefined
  readonly backChannel: URL | undefined
  readonly credentials: Credentials
  readonly idTokenAlg: 'ES256' | 'RS256'
  readonly press: readonly string[]
  readonly cookies: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds that a response may take. */
  readonly timeout: number
  /** Milliseconds that the service may take to start. */
  readonly startTimeout: number
  readonly slow: boolean
  /** Starts the service; empty if it runs already. */
  readonly command: readonly string[]
}
