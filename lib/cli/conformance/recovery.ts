import { signInJourney, works } from './journeys.ts'
import { pause } from './pause.ts'
import type { Run } from './run.ts'

// Libraries wait for 30 to 60 seconds before they download a document again.
const longest = 65_000
const betweenTries = 1000

/** Waits until users can sign in again. Returns false if they cannot after that time, usually a minute. */
export async function comesBack(run: Run, milliseconds = longest): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    if (await works(run, signInJourney(run))) return true
    if (Date.now() > deadline) return false
    await pause(betweenTries, run.signal)
  }
}
