import type { Simulator } from '../../simulator/index.ts'
import type { Phase } from './catalogue/requirement.ts'
import { signInJourney, works } from './journeys.ts'
import { runBackChannel } from './phases/back-channel.ts'
import { runCallback } from './phases/callback.ts'
import { runColdStart } from './phases/cold-start.ts'
import { runControls } from './phases/controls.ts'
import { runOutage } from './phases/outage.ts'
import { reportStackTraces, runPeople } from './phases/people.ts'
import { runRequests } from './phases/requests.ts'
import { runSignOut } from './phases/sign-out.ts'
import { runSlow } from './phases/slow.ts'
import { runTokens } from './phases/tokens.ts'
import { Results, type RequirementResult } from './results.ts'
import { Run, ServiceGone } from './run.ts'
import type { ServiceProcess } from './service-process.ts'
import type { Settings } from './settings.ts'

const steps: readonly (readonly [Phase, (run: Run) => Promise<void>])[] = [
  ['requests', runRequests],
  ['tokens', runTokens],
  ['callback', runCallback],
  ['sign-out', runSignOut],
  ['back-channel', runBackChannel],
  ['people', runPeople],
  ['outage', runOutage],
  ['cold-start', runColdStart],
  ['slow', runSlow],
]

/** Phases in which a service passes by showing nothing, as it also does if it has stopped to work. */
const closedByControl: ReadonlySet<Phase> = new Set(['callback', 'sign-out', 'people'])

/** The parts of a run other than its settings. */
export interface Examiners {
  readonly op: Simulator
  /** The service process, if this command starts the service. */
  readonly service?: ServiceProcess | undefined
  /** Called with the name of each phase when it begins. */
  readonly onPhase?: (phase: Phase) => void
  /** Stops the run. */
  readonly signal?: AbortSignal
}

/**
 * Checks a service against all requirements.
 *
 * @throws Failure if no user can sign in, and the reason of the signal if the run is stopped
 */
export async function examineService(
  settings: Settings,
  { op, service, onPhase, signal = new AbortController().signal }: Examiners,
): Promise<RequirementResult[]> {
  const results = new Results(settings)
  const run = new Run(settings, { op, results, service, signal })
  onPhase?.('controls')
  await runControls(run)
  const reasons: [Phase, string][] = []
  let gone: string | undefined
  for (const [phase, step] of steps) {
    if (gone === undefined && run.pageMarker) {
      onPhase?.(phase)
      gone = await runStep(run, step)
      if (gone === undefined && closedByControl.has(phase)) await close(run, phase)
    }
    reasons.push([phase, gone ?? (run.pageMarker ? 'It was not reached.' : notTold)])
  }
  // Pages of every phase count for this requirement of one phase.
  reportStackTraces(run)
  for (const [phase, reason] of reasons) results.explain(phase, reason)
  results.explain('controls', run.whyNoIdentity)
  return results.all()
}

const notTold = 'The page looks the same for a visitor and for a signed-in user, so it shows nothing.'

/** Signs in once more after a phase. If that fails, what passed proves nothing. A limit (429) was seen where it was met. */
async function close(run: Run, phase: Phase): Promise<void> {
  const { results } = run
  if (!results.hasPassed(phase)) return
  results.startTrial()
  if (!(await works(run, signInJourney(run))) && !results.metLimit) results.doubt(phase)
}

/** Runs a phase. Returns the reason if the service has stopped. */
async function runStep(run: Run, step: (run: Run) => Promise<void>): Promise<string | undefined> {
  try {
    await step(run)
    return undefined
  } catch (error) {
    if (error instanceof ServiceGone) return error.message
    throw error
  } finally {
    run.op.reset()
  }
}
