import { nowInSeconds } from '../clock.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { SignedIn } from './signed-in.ts'

/** The time until a session ends if nothing happens, in seconds. */
export interface TimeLeft {
  readonly absolute: number
  /** `Infinity` if there is no idle limit. */
  readonly idle: number
}

/**
 * Returns how long a session can still last. Only this function reads the limits.
 *
 * @param lastSeenAt - when the user was last active, if that was recorded. In seconds since 1970
 */
export function timeLeft(
  { session: { absolute, idle = Infinity } }: Pick<Settings, 'session'>,
  { startedAt, completedAt }: Pick<SignedIn, 'startedAt' | 'completedAt'>,
  lastSeenAt = completedAt,
): TimeLeft {
  const now = nowInSeconds()
  return {
    absolute: startedAt + absolute - now,
    // The time that a user spends at One Login does not count as idle.
    idle: Math.max(lastSeenAt, completedAt) + idle - now,
  }
}
