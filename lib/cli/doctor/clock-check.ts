import type { Settings } from '../../options/strategy-options.ts'
import type { Calls } from './calls.ts'
import { mend, ok, unknown, type Finding } from './finding.ts'

/** The largest difference between clocks that One Login allows, in seconds. */
const providerTolerance = 30

/** Compares this machine's clock with One Login's. */
export function checkClock(settings: Settings, calls: Calls): Finding {
  const { clockDifference } = calls
  if (clockDifference === undefined) return unknown('clock', 'no answer said what time it is at One Login')
  const seconds = Math.round(Math.abs(clockDifference))
  if (!isClockWrong(settings, calls))
    return ok('clock', `this machine and One Login agree within ${seconds + 1} s`)
  const says = `This machine is ${seconds} s ${clockDifference > 0 ? 'behind' : 'ahead of'} One Login.`
  return mend('clock', 'clock-wrong', says, 'Set the clock of this machine, and keep it right with NTP.')
}

/** Whether the clocks differ by more than One Login or the service allows. */
export function isClockWrong(
  { clockTolerance }: Pick<Settings, 'clockTolerance'>,
  { clockDifference }: Pick<Calls, 'clockDifference'>,
): boolean {
  return Math.round(Math.abs(clockDifference ?? 0)) > Math.min(providerTolerance, clockTolerance)
}
