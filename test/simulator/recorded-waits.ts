import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'

/** Ends each wait of the simulator at once, until the test ends. The list has their lengths, in milliseconds. */
export function recordedWaits(): (number | undefined)[] {
  const lengths: (number | undefined)[] = []
  const spy = vi.spyOn(timers, 'setTimeout').mockImplementation((length, value) => {
    lengths.push(length)
    return Promise.resolve(value as never)
  })
  syncBuiltinESMExports()
  onTestFinished(() => {
    spy.mockRestore()
    syncBuiltinESMExports()
  })
  return lengths
}
