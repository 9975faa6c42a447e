import { vi } from 'vitest'

/** Stops the clock of this process. A test that uses it calls `vi.useRealTimers()` at its end. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime('2026-08-01T12:00:00Z')
}

/** Moves the stopped clock ahead. */
export function passTime(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000)
}
