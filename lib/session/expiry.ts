import { nowInSeconds } from '../clock.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { SignedIn } from './signed-in.ts'

/** When a session ends, in seconds from now, if nothing happens until then. */
export interface TimeLeft {
  readonly absolute: number
  /** Infinite if there is no idle limit. */
  readonly idle: number
}

/**
 * How long a session can still live. This is the only place that reads the limits.
 *
 * @param lastSeenAt - when the user last did something, if that was recorded. Seconds since 1970
 */
export function timeLeft(
  { session: { absolute, idle = Infinity } }: Pick<Settings, 'session'>,
  { startedAt, completedAt }: Pick<SignedIn, 'startedAt' | 'completedAt'>,
  lastSeenAt = completedAt,
): TimeLeft {
  const now = nowInSeconds()
  return {
    absolute: startedAt + absolute - now,
    // A user who comes back from One Login was not idle there.
    idle: Math.max(lastSeenAt, completedAt) + idle - now,
  }
}
