import type { Settings } from '../../options/strategy-options.ts'
import type { Probe } from './authorization-probe.ts'
import type { Calls } from './calls.ts'

/** The input of the authorization request check. */
export interface AuthorizationExamination {
  readonly settings: Settings
  readonly calls: Pick<Calls, 'left' | 'clockDifference'>
  readonly probe: Probe
  /** Whether One Login has this client ID, if the token endpoint has shown it. */
  readonly isClientKnown: boolean | undefined
  /** A redirect URI that the user knows to be registered. */
  readonly redirectURI?: string | undefined
}
