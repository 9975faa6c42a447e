import type { SimulatorUser } from '../../../simulator/index.ts'
import { CommandFailure } from '../../subcommand.ts'
import { describePage, redirectOf, type Page } from '../browser/page.ts'
import { pause } from '../pause.ts'
import { PageMarker } from '../page-marker.ts'
import { readAuthorizationRequest, registrationOf, type AskedFor } from '../registration.ts'
import type { Run } from '../run.ts'
import { learnIdentity } from './identity-controls.ts'
import { pageThatIsNotThere, somebodyElse } from './other-users.ts'

const betweenTries = 500

/**
 * Finds out how the service is registered, and how to recognise a page for users who may see it and for users who may
 * not.
 *
 * @throws CommandFailure if no user can sign in
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
      if (!run.trust(asked.redirectUri)) throw new CommandFailure(notAllowed(asked.redirectUri))
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

const notAllowed = (redirectUri: string): string =>
  `The redirect URI of the service is ${redirectUri}, which is not this machine. If it is yours, add --allow-host ${new URL(redirectUri).hostname}. If not, change the callback URL of the service.`

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

async function signIn(run: Run, change: Partial<SimulatorUser> = {}): Promise<SignedIn> {
  const { href } = run.settings.page
  run.newUser('typical', { change })
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
    ...(run.service
      ? []
      : ['Each run has new keys. If the service ran in an earlier check, start it again.']),
  ].join('\n')
}

async function learnPage(run: Run): Promise<void> {
  run.results.startTrial()
  const { results, settings } = run
  const visitor = await run.newBrowser().get(settings.page.href)
  const [first, second] = [await signIn(run), await signIn(run, somebodyElse)]
  const done = 'A visitor asked for the page, and 2 users signed in with their own browsers.'
  const { refusal, page } = await afterRefusal(run)
  const elsewhere = [refusal, await pageThatIsNotThere(run)]
  const marker = PageMarker.find([first.page, second.page], [visitor, page], elsewhere)
  run.pageMarker = marker
  results.add('sign-in', {
    name: 'sign-in',
    verdict: 'kept',
    done,
    seen: `The page was shown: ${describePage(first.page)}.`,
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

/** Returns what a user sees who came back from One Login without signing in, and then the page. */
async function afterRefusal(run: Run): Promise<{ refusal: Page; page: Page }> {
  const { href } = run.settings.page
  run.op.breakUntilReset('authorize', 'access-denied')
  const browser = run.newBrowser()
  const refusal = await browser.visit(href)
  run.op.reset()
  return { refusal, page: await browser.get(href) }
}
