import type { Browser } from './browser/browser.ts'
import { describePage, type Page } from './browser/page.ts'
import type { PageMarker } from './page-marker.ts'
import type { Run } from './run.ts'
import { isListening } from './service-process.ts'

/** Whether a user got what a fault must keep from them. */
export interface Judgement {
  readonly is: 'accepted' | 'refused' | 'unknown'
  readonly seen: string
}

/** A way through the service that a fault can be tried on. */
export interface Journey {
  readonly name: 'sign-in' | 'identity'
  /** For reports: when the fault happens. */
  readonly when: string
  /** What comes before the fault; false if the service does not get that far. */
  prepare(browser: Browser): Promise<boolean>
  /** Where the fault happens. */
  go(browser: Browser): Promise<Page>
  /** Asks for the page once more, and follows nothing. */
  judge(browser: Browser): Promise<Judgement>
}

/** Signing in. */
export function signInJourney(run: Run): Journey {
  const { page } = run.settings
  return {
    name: 'sign-in',
    when: 'at sign-in',
    prepare: () => Promise.resolve(true),
    go: (browser) => browser.visit(page.href),
    judge: (browser) => judgePage(browser, page, run.pageMarker),
  }
}

/** Asking a signed-in user for an identity; none if there is no page for it or it does not work. */
export function identityJourney(run: Run): Journey | undefined {
  const { identityPage, identityStart = identityPage } = run.settings
  if (!identityPage || !identityStart || !run.identityMarker) return undefined
  const signIn = signInJourney(run)
  return {
    name: 'identity',
    when: 'at the identity request',
    prepare: async (browser) => {
      await signIn.go(browser)
      const { is } = await signIn.judge(browser)
      return is === 'accepted'
    },
    go: (browser) => browser.visit(identityStart.href),
    judge: (browser) => judgePage(browser, identityPage, run.identityMarker),
  }
}

async function judgePage(
  browser: Browser,
  url: URL,
  marker: Pick<PageMarker, 'matches'> | undefined,
): Promise<Judgement> {
  const page = await browser.get(url.href)
  if (page.status === 429)
    return { is: 'unknown', seen: 'The service limits how many requests it takes (429).' }
  if (marker?.matches(page) === true)
    return { is: 'accepted', seen: `The page was shown: ${describePage(page)}.` }
  return { is: 'refused', seen: `The page was not shown: ${describePage(page)}.` }
}

/** Whether a new user can go through a journey when nothing is wrong. */
export async function works(run: Run, journey: Journey): Promise<boolean> {
  run.op.reset()
  run.newUser()
  const browser = run.newBrowser()
  if (!(await journey.prepare(browser))) return false
  await journey.go(browser)
  const { is } = await journey.judge(browser)
  return is === 'accepted'
}

/**
 * Finds out whether the service stopped, and starts it again. If this command cannot start it, the next call of
 * `run.checkAlive()` ends the run.
 *
 * @param page what the service returned last
 */
export async function hasStopped(run: Run, page: Page): Promise<boolean> {
  const { service } = run
  if (service) {
    if (page.failure === 'cut') await service.mayExit()
    if (service.isRunning) return false
    run.isGone = !(await service.restart())
    return true
  }
  if (page.failure === undefined || run.isOneLogin(new URL(page.url))) return false
  if (await isListening(new URL(page.url))) return false
  if (await works(run, signInJourney(run))) return false
  run.isGone = true
  return true
}
