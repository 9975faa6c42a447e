import { describePage } from '../browser/page.ts'
import { faultInWords } from '../fault-trial.ts'
import { signInJourney, works } from '../journeys.ts'
import { pause } from '../pause.ts'
import { comesBack } from '../recovery.ts'
import type { Verdict } from '../results.ts'
import type { Run } from '../run.ts'

// Longer than any library waits between two downloads of the keys.
const untilNextDownload = 65_000

/** Runs the checks that take minutes: calls without a response, and new keys. */
export async function runSlow(run: Run): Promise<void> {
  if (!run.settings.slow) {
    run.results.explain('slow', 'This takes minutes. Use --slow to run it.')
    return
  }
  for (const place of ['token', 'userinfo'] as const) await tryHang(run, place)
  await tryRotation(run)
}

async function tryHang(run: Run, place: 'token' | 'userinfo'): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('time-limit')) return
  const fault = { place, fault: 'hang' } as const
  const text = faultInWords(fault)
  const add = (verdict: Verdict, seen: string) =>
    run.results.add('time-limit', {
      name: `${place} hang`,
      verdict,
      done: `${text.charAt(0).toUpperCase()}${text.slice(1)}, at sign-in.`,
      seen,
    })
  run.newUser()
  const browser = run.newBrowser()
  run.op.breakUntilReset(place, 'hang')
  const page = await signInJourney(run).go(browser)
  const isTaken = run.op.timesUsed(place, 'hang') > 0
  run.op.reset()
  if (!isTaken) add('not observable', 'The service did not ask One Login for this.')
  else if (page.failure === 'timeout') add('broken', `There was no response: ${describePage(page)}.`)
  else add('kept', `${describePage(page)}.`)
  await comesBack(run)
}

async function tryRotation(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('key-rotation')) return
  const journey = signInJourney(run)
  const add = (name: string, done: string, verdict: Verdict, seen: string) =>
    run.results.add('key-rotation', { name, done, verdict, seen })
  await pause(untilNextDownload, run.signal)
  run.op.rotateKeys({ withdrawOld: true })
  const isWell = (await works(run, journey)) || (await comesBack(run))
  add(
    'new keys',
    'One Login signed with new keys and withdrew the old ones.',
    isWell ? 'kept' : 'broken',
    isWell ? 'A user could sign in.' : 'No user could sign in for more than a minute.',
  )
}
