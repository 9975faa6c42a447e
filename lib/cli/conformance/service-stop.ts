import type { Page } from './browser/page.ts'
import { signInJourney, works, type Judgement } from './journeys.ts'
import { isListening } from './listening.ts'
import { comesBack } from './recovery.ts'
import type { Run } from './run.ts'

/**
 * Finds out whether the service stopped, and starts it again, or waits until something else does. If it does not
 * come back, the next call of `run.checkAlive()` ends the run.
 *
 * @param page what the service returned to the browser
 * @param after what it returned after that
 */
export async function hasStopped(run: Run, page: Page, after?: Judgement): Promise<boolean> {
  const { service } = run
  const failures = run.isOneLogin(new URL(page.url)) ? [after?.failure] : [page.failure, after?.failure]
  const noResponse = failures.some((failure) => failure === 'cut' || failure === 'refused')
  if (noResponse) await service?.mayExit()
  const isOpen = !noResponse || (await isListening(run.settings.page))
  if (service) {
    // What starts the service can go on running without it.
    if (service.isRunning && isOpen) return false
    run.isGone = !(await service.restart())
    return true
  }
  if (isOpen || (await works(run, signInJourney(run)))) return false
  run.isGone = !(await comesBack(run, run.settings.startTimeout))
  return true
}
