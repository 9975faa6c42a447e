import type { Browser } from './browser/browser.ts'
import { describePage, type Failure, type Page } from './browser/page.ts'
import type { PageMarker } from './page-marker.ts'
import type { Run } from './run.ts'

/** Whether a user got access that a fault must prevent. */
export interface Judgement {
  readonly is: 'accepted' | 'refused' | 'unknown'
  readonly seen: string
  /** Why the service did not respond, if it did not. */
  readonly failure?: Failure | undefined
}

/** A route through the service on which faults are tried. */
export interface Journey {
  readonly name: 'sign-in' | 'identity'
  /** When the fault happens, for reports. */
  readonly when: string
  /** Does the steps before the fault. Returns false if the service does not get that far. */
  prepare(browser: Browser): Promise<boolean>
  /** Does the step in which the fault happens. */
  go(browser: Browser): Promise<Page>
  /** Requests the page once more, without following redirects. */
  judge(browser: Browser): Promise<Judgement>
}

/** Returns the journey of signing in. */
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

/**
 * Returns the journey in which a signed-in user proves their identity, or nothing if there is none or it
 * does not work.
 */
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
  if (page.status === 429) return { is: 'unknown', seen: 'The service limits the number of requests (429).' }
  if (marker?.matches(page) === true)
    return { is: 'accepted', seen: `The page was shown: ${describePage(page)}.` }
  return { is: 'refused', seen: `The page was not shown: ${describePage(page)}.`, failure: page.failure }
}

/** Whether a new user can complete a journey without faults. */
export async function works(run: Run, journey: Journey): Promise<boolean> {
  run.op.reset()
  run.newUser()
  const browser = run.newBrowser()
  if (!(await journey.prepare(browser))) return false
  await journey.go(browser)
  const { is } = await journey.judge(browser)
  return is === 'accepted'
}
