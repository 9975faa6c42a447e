import type { Settings } from '../../options/strategy-options.ts'
import type { Calls } from './calls.ts'
import { fix, ok, unknown, type Finding } from './finding.ts'

/** The largest difference between clocks that One Login allows, in seconds. */
const providerTolerance = 30

/** Compares this machine's clock with One Login's. */
export function checkClock(settings: Settings, calls: Calls): Finding {
  const { clockDifference } = calls
  if (clockDifference === undefined)
    return unknown(
      'clock',
      'clock-unknown',
      'No response from One Login contained the time.',
      'Compare the clock of this machine with another one.',
    )
  const seconds = Math.round(Math.abs(clockDifference))
  if (!isClockWrong(settings, calls))
    return ok('clock', `the clocks of this machine and One Login agree within ${seconds + 1} s`)
  const message = `This machine is ${seconds} s ${clockDifference > 0 ? 'behind' : 'ahead of'} One Login.`
  return fix('clock', 'clock-wrong', message, "Correct this machine's clock, and use NTP to keep it correct.")
}

/** Whether the clocks differ by more than One Login or the service allows. */
export function isClockWrong(
  { clockTolerance }: Pick<Settings, 'clockTolerance'>,
  { clockDifference }: Pick<Calls, 'clockDifference'>,
): boolean {
  return Math.round(Math.abs(clockDifference ?? 0)) > Math.min(providerTolerance, clockTolerance)
}
