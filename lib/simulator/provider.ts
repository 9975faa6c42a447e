import type { SimulatorAnswer } from './answers.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import type { ClientKeys } from './client-keys.ts'
import type { ClientRegistry } from './client-registration.ts'
import type { VirtualClock } from './clock.ts'
import type { Grants } from './grants.ts'
import type { ProviderKeys } from './provider-keys.ts'
import type { RequestLog } from './request-log.ts'
import type { PendingSignIns } from './pending-sign-ins.ts'

/** Everything one simulator holds; the endpoints work on it. */
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
  readonly log: RequestLog
  readonly interactive: boolean
  answer: SimulatorAnswer
}
