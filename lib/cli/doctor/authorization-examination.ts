import type { Settings } from '../../options/strategy-options.ts'
import type { Probe } from './authorization-probe.ts'
import type { Calls } from './calls.ts'

/** What the check of an authorization request works with. */
export interface AuthorizationExamination {
  readonly settings: Settings
  readonly calls: Calls
  readonly probe: Probe
  /** Whether the provider knows the client id, as far as the token endpoint told. */
  readonly isClientKnown: boolean | undefined
  /** A redirect URI that is registered, as far as the user knows. */
  readonly redirectURI?: string | undefined
}
