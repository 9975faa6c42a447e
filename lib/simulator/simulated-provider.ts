import type { SimulatorResponse } from './outcome.ts'
import type { BackChannelLogouts } from './back-channel-logouts.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import type { ClientRegistry } from './client-registration.ts'
import type { VirtualClock } from './simulated-clock.ts'
import type { FaultPlan } from './faults/fault-plan.ts'
import type { InPersonChecks } from './in-person-checks.ts'
import type { Grants } from './grants.ts'
import type { ClientKeys } from './keys/client-keys.ts'
import type { ProviderKeys } from './keys/provider-keys.ts'
import type { PendingSignIn, PendingSignIns } from './pending-sign-ins.ts'
import type { RequestLog } from './request-log.ts'

/** The state of one simulator, which its endpoints share. */
export interface Provider {
  readonly issuer: string
  readonly coreIdentityIssuer: string
  readonly clock: VirtualClock
  readonly keys: ProviderKeys
  readonly clients: ClientRegistry
  readonly clientKeys: ClientKeys
  readonly sessions: BrowserSessions
  readonly pendingSignIns: PendingSignIns
  readonly grants: Grants
  readonly inPersonChecks: InPersonChecks
  readonly backChannel: BackChannelLogouts
  readonly faults: FaultPlan
  readonly log: RequestLog
  /** Whether a person chooses the user who signs in. */
  readonly interactive: boolean
  /** Creates the sign-in page, instead of the simulator's own. */
  readonly signInPage: ((pending: PendingSignIn) => string) | undefined
  /** Aborted when the simulator closes. */
  readonly closing: AbortSignal
  response: SimulatorResponse
}
