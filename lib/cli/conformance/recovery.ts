import { setTimeout as wait } from 'node:timers/promises'
import { signInJourney, works } from './journeys.ts'
import type { Run } from './run.ts'

// Libraries wait for 30 to 60 seconds before they download a document again.
const longest = 65_000
const pause = 1000

/** Waits until users can sign in again. Returns false if they cannot after a minute. */
export async function comesBack(run: Run): Promise<boolean> {
  const deadline = Date.now() + longest
  for (;;) {
    if (await works(run, signInJourney(run))) return true
    if (Date.now() > deadline) return false
    await wait(pause)
  }
}
