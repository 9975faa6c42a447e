import type { Browser } from '../browser/browser.ts'
import { redirectOf } from '../browser/page.ts'
import type { RequirementId } from '../catalogue/catalogue.ts'
import { callbackFaults } from '../fault-catalogue.ts'
import { tryFaults } from '../fault-trial.ts'
import { signInJourney } from '../journeys.ts'
import type { Verdict } from '../results.ts'
import type { Run } from '../run.ts'
import { runCookieChecks } from './cookies.ts'
import { tryParameters } from './callback-parameters.ts'

const attacker = 'attacker.example'

/** Usual names of the parameter that holds the address to return to. */
const returnParameters = [
  'returnTo',
  'return_to',
  'returnUrl',
  'return_url',
  'returnURL',
  'next',
  'redirect',
  'redirect_to',
  'redirectTo',
  'redirect_url',
  'redirectUrl',
  'url',
  'continue',
  'continueTo',
  'target',
  'destination',
  'rd',
  'from',
  'back',
]

/** Attacks the callback, as anyone can who sends a user a link. */
export async function runCallback(run: Run): Promise<void> {
  await tryLoginCsrf(run)
  await tryReplay(run)
  await tryDescription(run)
  await tryOpenRedirect(run)
  await tryTwoTabs(run)
  await runCookieChecks(run)
  await tryFaults(run, signInJourney(run), callbackFaults)
  await tryParameters(run)
}

/** Whether an address takes a browser back to the service. */
export function isCallback(run: Run, url: URL): boolean {
  const { redirectUri } = run.signInRequest ?? {}
  if (redirectUri === undefined) return false
  const expected = new URL(redirectUri)
  return url.host === expected.host && url.pathname === expected.pathname
}

/** Signs a user in at One Login, stops before the callback, and returns its address. */
export async function callbackAddress(run: Run, browser: Browser): Promise<string | undefined> {
  const page = await browser.visit(run.settings.page.href, { stopAt: (url) => isCallback(run, url) })
  const next = redirectOf(page)
  return next !== undefined && isCallback(run, new URL(next)) ? next : undefined
}

async function redeems(run: Run, address: string, action: () => Promise<unknown>): Promise<boolean> {
  const code = new URL(address).searchParams.get('code')
  const requests = await run.requestsDuring(action)
  return requests.some(({ endpoint, params }) => endpoint === 'token' && params.code === code)
}

function adder(run: Run, id: RequirementId, name: string, done: string) {
  return (verdict: Verdict, seen: string) => run.results.add(id, { name, verdict, done, seen })
}

const notBack = 'One Login did not send the browser back to the service.'

async function tryLoginCsrf(run: Run): Promise<void> {
  if (!run.results.wants('login-csrf')) return
  const victims: readonly (readonly [string, string, (browser: Browser) => Promise<unknown>])[] = [
    ['new browser', 'a new browser', () => Promise.resolve()],
    ['waiting browser', 'a browser with another waiting sign-in', (browser) => callbackAddress(run, browser)],
  ]
  for (const [name, who, prepare] of victims) {
    run.results.startTrial()
    const done = `The address with which One Login sent one browser back was opened in ${who}.`
    const add = adder(run, 'login-csrf', name, done)
    run.newUser()
    const address = await callbackAddress(run, run.newBrowser())
    if (address === undefined) {
      add('not observable', notBack)
      continue
    }
    const victim = run.newBrowser()
    await prepare(victim)
    const isRedeemed = await redeems(run, address, () => victim.visit(address, { isCrossSite: true }))
    add(
      isRedeemed ? 'broken' : 'kept',
      isRedeemed
        ? 'The service sent its code to One Login.'
        : 'The service did not send its code to One Login.',
    )
  }
}

async function tryReplay(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('callback-replay')) return
  const add = adder(
    run,
    'callback-replay',
    'same browser',
    'A user signed in and opened the callback address again.',
  )
  run.newUser()
  const browser = run.newBrowser()
  const address = await callbackAddress(run, browser)
  if (address === undefined) {
    add('not observable', notBack)
    return
  }
  const first = await redeems(run, address, () => browser.visit(address, { isCrossSite: true }))
  const again = await redeems(run, address, () => browser.visit(address, { isCrossSite: true }))
  if (!first) add('not observable', 'The service did not send the code the first time.')
  else add(again ? 'broken' : 'kept', again ? 'The code was sent again.' : 'The code was not sent again.')
}

/** One Login's description of an error is text that an attacker could write. */
async function tryDescription(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('callback-error')) return
  const done = 'One Login returned an error whose description has HTML in it.'
  run.newUser()
  run.op.breakUntilReset('authorize', 'unknown-error')
  const page = await run.newBrowser().visit(run.settings.page.href)
  run.op.reset()
  const isHtml = page.headers['content-type']?.includes('html') === true
  const isRaw = isHtml && page.body.includes('<b>Nobody</b>')
  const seen = isRaw ? 'The page contains it as HTML.' : 'The page does not contain it as HTML.'
  adder(run, 'callback-error', 'description', done)(isRaw ? 'broken' : 'kept', seen)
}

async function tryOpenRedirect(run: Run): Promise<void> {
  if (!run.results.wants('open-redirect')) return
  const { page } = run.settings
  const query = (value: string) => {
    const url = new URL(page)
    for (const name of returnParameters) url.searchParams.set(name, value)
    return url.href
  }
  const links: readonly (readonly [string, string])[] = [
    ['address', query(`https://${attacker}/`)],
    ['two slashes', query(`//${attacker}/`)],
    ['backslash', query(`/\\${attacker}/`)],
    ['path', `${page.origin}//${attacker}/%2e%2e`],
  ]
  for (const [name, link] of links) {
    run.results.startTrial()
    run.newUser()
    const ended = await run.newBrowser().visit(link)
    const next = redirectOf(ended)
    const isAway = next !== undefined && new URL(next).hostname === attacker
    const done = `A user signed in by a link with the address of another site in it (${name}).`
    const seen = isAway
      ? 'The browser was sent to the other site.'
      : 'The browser was not sent to the other site.'
    adder(run, 'open-redirect', name, done)(isAway ? 'broken' : 'kept', seen)
  }
}

async function tryTwoTabs(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('several-tabs')) return
  const add = adder(
    run,
    'several-tabs',
    'two tabs',
    'A user started to sign in in 2 tabs, and finished both.',
  )
  run.newUser()
  const browser = run.newBrowser()
  const [first, second] = [await callbackAddress(run, browser), await callbackAddress(run, browser)]
  if (first === undefined || second === undefined) {
    add('not observable', notBack)
    return
  }
  await browser.visit(first, { isCrossSite: true })
  const { is } = await signInJourney(run).judge(browser)
  const { status } = await browser.visit(second, { isCrossSite: true })
  if (is !== 'accepted') add('advice', 'The first tab was not signed in.')
  else if (status >= 400 || status === 0)
    add('advice', 'The first tab was signed in, the second ended with an error.')
  else add('kept', 'Both ended at a page.')
}
