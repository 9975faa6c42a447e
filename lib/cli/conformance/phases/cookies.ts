import type { Browser } from '../browser/browser.ts'
import type { Cookie } from '../browser/cookie-jar.ts'
import { redirectOf } from '../browser/page.ts'
import { signInJourney } from '../journeys.ts'
import type { Verdict } from '../results.ts'
import type { Run } from '../run.ts'

/** Checks the session: whether its ID changes at sign-in, its cookie, and whether its pages are stored. */
export async function runCookieChecks(run: Run): Promise<void> {
  await tryFixation(run)
  run.results.startTrial()
  run.newUser()
  const browser = run.newBrowser()
  await signInJourney(run).go(browser)
  await checkCookie(run, browser)
  await checkStorage(run, browser)
}

/** An attacker who has the cookies from before the sign-in must not be signed in afterwards. */
async function tryFixation(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('session-renewed')) return
  const done = "A second browser had the first browser's cookies from before the sign-in."
  const add = (verdict: Verdict, seen: string) =>
    run.results.add('session-renewed', { name: 'cookies from before', verdict, done, seen })
  run.newUser()
  const browser = run.newBrowser()
  const { page } = run.settings
  const start = await browser.visit(page.href, { stopAt: (url) => run.isOneLogin(url) })
  const next = redirectOf(start)
  const attacker = browser.twin()
  if (next === undefined) {
    add('not observable', 'The page did not lead to One Login.')
    return
  }
  await browser.visit(next)
  const journey = signInJourney(run)
  const [user, other] = [await journey.judge(browser), await journey.judge(attacker)]
  if (user.is !== 'accepted' || other.is === 'unknown') add('not observable', user.seen)
  else if (other.is === 'accepted') add('broken', 'The second browser was signed in too.')
  else add('kept', 'The second browser was not signed in.')
}

async function checkCookie(run: Run, browser: Browser): Promise<void> {
  if (!run.results.wants('session-cookie')) return
  const done =
    'A user signed in. Then the page was asked for without each cookie in turn, to find those of the session.'
  const add = (verdict: Verdict, seen: string) =>
    run.results.add('session-cookie', { name: 'attributes', verdict, done, seen })
  const found: Cookie[] = []
  for (const cookie of browser.cookies(run.settings.page)) {
    const { is } = await signInJourney(run).judge(browser.twin(cookie.name))
    if (is === 'refused') found.push(cookie)
  }
  if (found.length === 0) {
    add('not observable', 'No cookie is needed to see the page.')
    return
  }
  for (const cookie of found) add(...judgeCookie(cookie, run.settings.page.protocol === 'https:'))
}

function judgeCookie({ name, httpOnly, secure, sameSite }: Cookie, isHttps: boolean): [Verdict, string] {
  if (!httpOnly) return ['broken', `The cookie ${name} is not HttpOnly.`]
  if (isHttps && !secure) return ['broken', `The cookie ${name} is not Secure.`]
  if (sameSite === undefined || sameSite === 'none')
    return ['advice', `The cookie ${name} has no SameSite=Lax.`]
  return ['kept', `The cookie ${name} has them.`]
}

async function checkStorage(run: Run, browser: Browser): Promise<void> {
  const page = await browser.get(run.settings.page.href)
  const isMarked = run.pageMarker?.matches(page) === true
  const isKept = /\bno-store\b/.test(page.headers['cache-control'] ?? '')
  run.results.add('no-store', {
    name: 'page',
    verdict: isMarked ? (isKept ? 'kept' : 'advice') : 'not observable',
    done: 'A signed-in user asked for the page.',
    seen: isMarked
      ? `Cache-Control was ${page.headers['cache-control'] ?? 'missing'}.`
      : 'The page was not shown.',
  })
}
