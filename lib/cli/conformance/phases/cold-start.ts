import type { FaultPlace, SimulatorFaults } from '../../../simulator/index.ts'
import { describePage, type Page } from '../browser/page.ts'
import { faultInWords } from '../fault-trial.ts'
import { identityJourney, signInJourney, works, type Journey } from '../journeys.ts'
import type { Check, Verdict } from '../results.ts'
import type { Run } from '../run.ts'
import type { ServiceProcess } from '../service-process.ts'

type DocumentFault = {
  [Place in FaultPlace]: { readonly place: Place; readonly fault: SimulatorFaults[Place] }
}[FaultPlace]

/**
 * Faults of a document when a service starts. With any of them, the service cannot know whether a sign-in is genuine.
 */
const faults: readonly DocumentFault[] = [
  { place: 'discovery', fault: '503' },
  { place: 'discovery', fault: 'malformed-json' },
  { place: 'discovery', fault: 'wrong-issuer' },
  { place: 'jwks', fault: '503' },
  { place: 'jwks', fault: 'malformed-json' },
  { place: 'jwks', fault: 'empty-keys' },
  { place: 'jwks', fault: 'without-signing-keys' },
  { place: 'jwks', fault: 'malformed-keys' },
  { place: 'did', fault: '503' },
  { place: 'did', fault: 'wrong-controller' },
  { place: 'did', fault: 'empty-assertion-method' },
  { place: 'did', fault: 'without-signing-keys' },
]

const slowFaults: readonly DocumentFault[] = [
  { place: 'discovery', fault: 'hang' },
  { place: 'jwks', fault: 'hang' },
]

/** Starts the service repeatedly, each time with a fault in another document of One Login. */
export async function runColdStart(run: Run): Promise<void> {
  const { service, results, settings } = run
  if (!service) {
    results.explain('cold-start', 'The service was not started by this command (-- COMMAND).')
    return
  }
  if (!results.wants('cold-start')) return
  const identity = identityJourney(run)
  for (const fault of [...faults, ...(settings.slow ? slowFaults : [])]) {
    const journey = fault.place === 'did' ? identity : signInJourney(run)
    if (journey) results.add('cold-start', await tryStart(run, service, journey, fault))
  }
  run.op.reset()
  results.startTrial()
  const isWell = (await service.restart()) && (await works(run, signInJourney(run)))
  results.add('cold-start', {
    name: 'afterwards',
    verdict: isWell ? 'kept' : 'broken',
    done: 'The service started with everything right.',
    seen: isWell ? 'A user could sign in.' : 'A user could not sign in.',
  })
}

async function tryStart(
  run: Run,
  service: ServiceProcess,
  journey: Journey,
  fault: DocumentFault,
): Promise<Check> {
  run.results.startTrial()
  const { op } = run
  const done = `The service started while ${faultInWords(fault)}.`
  const check = (verdict: Verdict, seen: string): Check => ({
    name: `${fault.place} ${fault.fault}`,
    verdict,
    done,
    seen,
  })
  op.reset()
  await service.stop()
  op.breakUntilReset(fault.place, fault.fault)
  if (!(await service.start())) return check('advice', 'The service did not start.')
  run.newUser()
  const browser = run.newBrowser()
  const isReady = await journey.prepare(browser)
  const page: Page | undefined = isReady ? await journey.go(browser) : undefined
  const isTaken = op.timesUsed(fault.place, fault.fault) > 0
  op.reset()
  const { is, seen } = await journey.judge(browser)
  if (!service.isRunning) return check('advice', 'The service started and then stopped.')
  if (!isReady) return check('not observable', 'The user could not sign in before.')
  if (!isTaken) return check('not observable', 'The service did not download it.')
  if (page?.failure === 'timeout') return check('broken', `There was no response: ${describePage(page)}.`)
  return check(is === 'accepted' ? 'broken' : is === 'unknown' ? 'not observable' : 'kept', seen)
}
