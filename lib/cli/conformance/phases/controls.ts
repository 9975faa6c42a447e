import { readyUser } from '../../../simulator/index.ts'
import { CommandFailure } from '../../subcommand.ts'
import { describePage, redirectOf, type Page } from '../browser/page.ts'
import { pause } from '../pause.ts'
import { PageMarker } from '../page-marker.ts'
import { readAuthorizationRequest, registrationOf, type AskedFor } from '../registration.ts'
import type { Run } from '../run.ts'

const betweenTries = 500
const enoughTexts = 2

/**
 * Finds out how the service is registered, and how to recognise a page for users who may see it and for users who may
 * not.
 *
 * @throws CannotRun if no user can sign in
 */
export async function runControls(run: Run): Promise<void> {
  await learnRegistration(run)
  await learnPage(run)
  await learnIdentity(run)
}

async function learnRegistration(run: Run): Promise<void> {
  const { page, startTimeout, credentials, idTokenAlg } = run.settings
  const deadline = Date.now() + startTimeout
  for (;;) {
    const { asked, last } = await firstRequest(run, page)
    if (asked) {
      run.signInRequest = asked
      run.trust(asked.redirectUri)
      run.op.register(registrationOf(asked, credentials, idTokenAlg))
      if ((await signIn(run)).isSignedIn) return
    }
    // A service that has just started can take a moment before everything works.
    if (Date.now() > deadline || (!run.service && last.failure === undefined))
      throw new CommandFailure(asked ? await whySignInFails(run) : notLedToOneLogin(run, last))
    await pause(betweenTries, run.signal)
  }
}

async function firstRequest(run: Run, page: URL): Promise<{ asked: AskedFor | undefined; last: Page }> {
  const last = await run.newBrowser().visit(page.href, { stopAt: (url) => run.isOneLogin(url) })
  const next = redirectOf(last)
  const isOneLogin = next !== undefined && run.isOneLogin(new URL(next))
  return { last, asked: isOneLogin ? readAuthorizationRequest(new URL(next)) : undefined }
}

function notLedToOneLogin(run: Run, last: Page): string {
  const output = run.service?.output
  return [
    `The page did not lead to One Login: ${describePage(last)}.`,
    `The service must use ${run.op.url} as One Login (--one-login). If the user must press a button or link first, set its text with --press.`,
    ...(output ? [`The service wrote:\n${output}`] : []),
  ].join('\n')
}

interface SignedIn {
  readonly isSignedIn: boolean
  /** The response to a second request for the page. */
  readonly page: Page
}

async function signIn(run: Run): Promise<SignedIn> {
  const { href } = run.settings.page
  run.newUser()
  const browser = run.newBrowser()
  const arrived = await browser.visit(href)
  const page = await browser.get(href)
  const wentThere = arrived.trail.some(({ url }) => run.isOneLogin(new URL(url)))
  return { isSignedIn: wentThere && page.status === 200, page }
}

async function whySignInFails(run: Run): Promise<string> {
  let ended: Page | undefined
  const requests = await run.requestsDuring(async () => {
    run.newUser()
    ended = await run.newBrowser().visit(run.settings.page.href)
  })
  const problems = requests.flatMap(({ endpoint, problem }) => (problem ? [`${endpoint}: ${problem}`] : []))
  return [
    `A user cannot sign in, so nothing can be checked${ended ? `: ${describePage(ended)}` : ''}.`,
    ...(problems.length > 0 ? [`One Login would reject this:`, ...problems] : []),
    'Check the registration: --public-key, --jwks or --client-secret, and --id-token-alg.',
  ].join('\n')
}

async function learnPage(run: Run): Promise<void> {
  const { results, settings } = run
  const visitor = await run.newBrowser().get(settings.page.href)
  const [one, other] = [await signIn(run), await signIn(run)]
  const done = 'A visitor asked for the page, and 2 users signed in with their own browsers.'
  const marker = PageMarker.find([one.page, other.page], [visitor, await afterRefusal(run)])
  run.pageMarker = marker
  results.add('sign-in', {
    name: 'sign-in',
    verdict: 'kept',
    done,
    seen: `The page was shown: ${describePage(one.page)}.`,
  })
  results.add('visitor-refused', {
    name: 'visitor',
    verdict: marker ? 'kept' : 'broken',
    done,
    seen: marker
      ? `The page was not shown to the visitor: ${describePage(visitor)}.`
      : 'The page looks the same for a visitor and for a signed-in user.',
  })
}

/** Returns the page of a user who came back from One Login without signing in. */
async function afterRefusal(run: Run): Promise<Page> {
  const { href } = run.settings.page
  run.op.breakUntilReset('authorize', 'access-denied')
  const browser = run.newBrowser()
  await browser.visit(href)
  run.op.reset()
  return browser.get(href)
}

async function learnIdentity(run: Run): Promise<void> {
  const { results, settings } = run
  const { identityPage, identityText } = settings
  if (!identityPage) {
    run.whyNoIdentity = 'No identity page is set (--identity-page).'
    return
  }
  await learnIdentityRequest(run, settings.identityStart ?? identityPage)
  const proven: Page[] = []
  while (proven.length < enoughTexts) {
    run.newUser(proven.length === 0 ? 'typical' : 'many-given-names')
    proven.push(await identityPageAfterVisit(run, identityPage))
  }
  const visitor = await run.newBrowser().get(identityPage.href)
  run.newUser('no-identity', { level: 'P0', returnCodes: readyUser('not-proven').returnCodes ?? [] })
  const unproven = await identityPageAfterVisit(run, identityPage)
  const done = 'A visitor, 2 users with a proven identity and one without asked for the identity page.'
  const marker = identityText
    ? {
        matches: ({ status, body }: Pick<Page, 'status' | 'body'>) =>
          status === 200 && identityText.test(body),
      }
    : PageMarker.find(proven, [visitor, unproven])
  const isShown = marker !== undefined && proven.every((page) => marker.matches(page))
  const isProtected = marker !== undefined && ![visitor, unproven].some((page) => marker.matches(page))
  if (isShown && isProtected) run.identityMarker = marker
  else run.whyNoIdentity = 'The identity page of a user with a proven identity could not be recognised.'
  // If both kinds of users see the same page, only the data of the identity may show that it was proven.
  const hasOwnPage = identityPage.href !== settings.page.href
  const isOpen = proven[0]?.status === 200 && (marker ? isShown && !isProtected : hasOwnPage)
  results.add('identity', identityCheck({ isKept: isShown && isProtected, isOpen }, done, proven))
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
  done: string,
  [page]: readonly Page[],
) {
  const seen = page ? describePage(page) : ''
  if (isKept)
    return {
      name: 'identity',
      verdict: 'kept',
      done,
      seen: `It was shown to the proven users only: ${seen}.`,
    } as const
  return {
    name: 'identity',
    verdict: isOpen ? 'broken' : 'not observable',
    done,
    seen: isOpen
      ? 'The page looks the same with and without a proven identity. If it does not, set a text of the page with --identity-text.'
      : `It was not shown to a user with a proven identity: ${seen}.`,
  } as const
}

async function identityPageAfterVisit(run: Run, identityPage: URL): Promise<Page> {
  const browser = run.newBrowser()
  await browser.visit(run.settings.page.href)
  await browser.visit((run.settings.identityStart ?? identityPage).href)
  return browser.get(identityPage.href)
}
