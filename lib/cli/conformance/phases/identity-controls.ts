import { readyUser } from '../../../simulator/index.ts'
import { describePage, redirectOf, type Page } from '../browser/page.ts'
import { PageMarker } from '../page-marker.ts'
import { readAuthorizationRequest } from '../registration.ts'
import type { Check } from '../results.ts'
import type { Run } from '../run.ts'
import { pageThatIsNotThere, somebodyElse, somebodyWithLittle } from './other-users.ts'

const done = 'A visitor, users with a proven identity and one without asked for the identity page.'

/** Finds out how the service asks for an identity, and how to recognise the page of a user with a proven one. */
export async function learnIdentity(run: Run): Promise<void> {
  run.results.startTrial()
  const { results, settings } = run
  const { identityPage } = settings
  if (!identityPage) {
    run.whyNoIdentity = 'No identity page is set (--identity-page).'
    return
  }
  await learnIdentityRequest(run, settings.identityStart ?? identityPage)
  const proven: Page[] = []
  for (const [like, change] of [
    ['typical', {}],
    ['typical', somebodyElse],
    ['no-phone', somebodyWithLittle],
  ] as const) {
    run.newUser(like, { change })
    proven.push((await visitIdentityPage(run, identityPage)).page)
  }
  const visitor = await run.newBrowser().get(identityPage.href)
  run.newUser('no-identity', { level: 'P0', returnCodes: readyUser('not-proven').returnCodes ?? [] })
  const unproven = await visitIdentityPage(run, identityPage)
  const others = [visitor, unproven.page]
  const found = markerOf(run, proven, others, [unproven.ended, await pageThatIsNotThere(run)])
  const isProtected = found !== undefined && !others.some((page) => found.matches(page))
  if (found && isProtected) run.identityMarker = found
  else run.whyNoIdentity = 'The identity page of a user with a proven identity could not be recognised.'
  // If both kinds of users see the same page, only the data of the identity may show that it was proven.
  const hasOwnPage = identityPage.href !== settings.page.href
  const isOpen = proven[0]?.status === 200 && (found ? !isProtected : hasOwnPage)
  results.add('identity', identityCheck({ isKept: isProtected, isOpen }, proven))
}

/** A service can need more than a user with little has, so that user counts if the page was shown. */
function markerOf(
  { settings: { identityText } }: Run,
  proven: readonly Page[],
  others: readonly Page[],
  elsewhere: readonly Page[],
): Pick<PageMarker, 'matches'> | undefined {
  const usual = proven.slice(0, -1)
  if (identityText) {
    const marker = {
      matches: ({ status, body }: Pick<Page, 'status' | 'body'>) => status === 200 && identityText.test(body),
    }
    return usual.every((page) => marker.matches(page)) ? marker : undefined
  }
  for (const shown of [proven, usual]) {
    const marker = PageMarker.find(shown, others, elsewhere)
    if (marker && shown.every((page) => marker.matches(page))) return marker
  }
  return undefined
}

/** The identity request can have a different redirect URI. */
async function learnIdentityRequest(run: Run, start: URL): Promise<void> {
  run.newUser()
  const browser = run.newBrowser()
  await browser.visit(run.settings.page.href)
  const left = await browser.visit(start.href, { stopAt: (url) => run.isOneLogin(url) })
  const next = redirectOf(left)
  const asked = next === undefined ? undefined : readAuthorizationRequest(new URL(next))
  if (!asked) return
  run.identityRequest = asked
  run.trust(asked.redirectUri)
  const redirectUris = [run.signInRequest?.redirectUri ?? asked.redirectUri, asked.redirectUri]
  run.op.register({ redirectUris })
}

function identityCheck(
  { isKept, isOpen }: { isKept: boolean; isOpen: boolean },
  [page]: readonly Page[],
): Check {
  const seen = page ? describePage(page) : ''
  if (isKept)
    return {
      name: 'identity',
      verdict: 'kept',
      done,
      seen: `It was shown to the proven users only: ${seen}.`,
    }
  return {
    name: 'identity',
    verdict: isOpen ? 'broken' : 'not observable',
    done,
    seen: isOpen
      ? 'The page looks the same with and without a proven identity. If it does not, set a text of the page with --identity-text.'
      : `It was not shown to a user with a proven identity: ${seen}.`,
  }
}

/** Visits the identity page as a new user, and then asks for it once more. */
async function visitIdentityPage(run: Run, identityPage: URL): Promise<{ ended: Page; page: Page }> {
  const browser = run.newBrowser()
  await browser.visit(run.settings.page.href)
  const ended = await browser.visit((run.settings.identityStart ?? identityPage).href)
  return { ended, page: await browser.get(identityPage.href) }
}
