import type { Settings } from '../../options.ts'
import type { Calls } from './calls.ts'
import { mend, ok, unknown, type Finding } from './finding.ts'

/** What One Login allows the clock of a service to differ, in seconds. */
const providerTolerance = 30

/** Compares this machine's clock with the provider's. */
export function checkClock({ clockTolerance }: Settings, { clockDifference }: Calls): Finding {
  if (clockDifference === undefined) return unknown('clock', 'no answer said what time it is at One Login')
  const seconds = Math.round(Math.abs(clockDifference))
  const says = `this machine is ${seconds} s ${clockDifference > 0 ? 'behind' : 'ahead of'} One Login`
  if (seconds > Math.min(providerTolerance, clockTolerance))
    return mend(
      'clock',
      'clock-wrong',
      `${says}.`,
      'Set the clock of this machine, and keep it right with NTP.',
    )
  return ok('clock', `this machine and One Login agree within ${seconds + 1} s`)
}
