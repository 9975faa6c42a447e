import type { Browser } from '../browser/browser.ts'
import { describePage, redirectOf, type Page } from '../browser/page.ts'
import type { RequirementId } from '../catalogue/catalogue.ts'
import { signInJourney } from '../journeys.ts'
import type { Verdict } from '../results.ts'
import type { Run } from '../run.ts'
import { parseURL } from '../../../parsed-url.ts'

/** Signs users out. */
export async function runSignOut(run: Run): Promise<void> {
  const { signOut } = run.settings
  if (!signOut) {
    run.results.explain('sign-out', 'No sign-out address is set (--sign-out).')
    return
  }
  await trySignOut(run, signOut)
  await tryCrossSite(run, signOut)
}

async function signedIn(run: Run): Promise<Browser | undefined> {
  const journey = signInJourney(run)
  run.newUser()
  const browser = run.newBrowser()
  await journey.go(browser)
  const { is } = await journey.judge(browser)
  return is === 'accepted' ? browser : undefined
}

async function trySignOut(run: Run, signOut: URL): Promise<void> {
  run.results.startTrial()
  const browser = await signedIn(run)
  if (!browser) {
    run.results.explain('sign-out', 'A user could not sign in before.')
    return
  }
  const done = 'A signed-in user opened the address of the sign-out.'
  const add = (id: RequirementId, verdict: Verdict, seen: string) =>
    run.results.add(id, { name: 'sign-out', verdict, done, seen })
  const before = browser.twin()
  const left = await browser.visit(signOut.href, { stopAt: (url) => isEndSession(run, url) })
  const end = await reachOneLogin(run, browser, left)
  add('sign-out-one-login', ...end)

  const { is, seen } = await signInJourney(run).judge(browser)
  const stolen = await signInJourney(run).judge(before)
  if (is !== 'refused') add('sign-out-session', is === 'accepted' ? 'broken' : 'not observable', seen)
  else if (stolen.is === 'accepted')
    add(
      'sign-out-session',
      'advice',
      'The browser is signed out, but a copy of its cookies from before still works.',
    )
  else add('sign-out-session', 'kept', seen)
}

const isEndSession = (run: Run, url: URL): boolean => run.isOneLogin(url) && url.pathname === '/logout'

/** Checks the redirect to One Login, registers the post-logout address and follows the redirect. */
async function reachOneLogin(run: Run, browser: Browser, left: Page): Promise<[Verdict, string]> {
  const next = redirectOf(left)
  if (next === undefined || !isEndSession(run, new URL(next)))
    return ['broken', `The browser was not sent to One Login: ${describePage(left)}.`]
  const { searchParams } = new URL(next)
  if (!searchParams.has('id_token_hint'))
    return ['broken', 'The browser was sent to One Login without id_token_hint.']
  const back = searchParams.get('post_logout_redirect_uri')
  if (back === null) return ['advice', 'The browser was sent to One Login without a post-logout address.']
  if (!parseURL(back)) return ['broken', 'The post-logout address is not a URL.']
  run.trust(back)
  run.op.register({ postLogoutRedirectUris: [back] })
  const requests = await run.requestsDuring(() => browser.visit(next))
  const problem = requests.find(({ path }) => path === '/signed-out')?.params.error_description
  return problem === undefined
    ? ['kept', 'The browser was sent to One Login with id_token_hint, and came back.']
    : ['broken', `One Login rejected the request: ${problem}.`]
}

async function tryCrossSite(run: Run, signOut: URL): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('sign-out-cross-site')) return
  const browser = await signedIn(run)
  const done = 'Another site sent the browser of a signed-in user to the address of the sign-out.'
  const add = (verdict: Verdict, seen: string) =>
    run.results.add('sign-out-cross-site', { name: 'link on another site', verdict, done, seen })
  if (!browser) {
    add('not observable', 'A user could not sign in before.')
    return
  }
  const origin = 'https://another-site.example'
  await browser.get(signOut.href, { isCrossSite: true, headers: { referer: `${origin}/` } })
  const { is, seen } = await signInJourney(run).judge(browser)
  if (is === 'accepted') add('kept', 'The user is still signed in.')
  else add(is === 'refused' ? 'advice' : 'not observable', seen)
}
