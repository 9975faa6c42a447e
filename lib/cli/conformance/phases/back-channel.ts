import type { SimulatorUser } from '../../../simulator/index.ts'
import type { Browser } from '../browser/browser.ts'
import { describePage, type Page } from '../browser/page.ts'
import type { RequirementId } from '../catalogue/catalogue.ts'
import { logoutCallFaults, logoutFaults, type CataloguedFault } from '../fault-catalogue.ts'
import { faultInWords } from '../fault-trial.ts'
import { signInJourney } from '../journeys.ts'
import { hasStopped } from '../service-stop.ts'
import { LogoutMailbox, type LogoutCall } from '../logout-mailbox.ts'
import type { Check, Verdict } from '../results.ts'
import type { Run } from '../run.ts'

const withRightToken: ReadonlySet<string> = new Set([
  'token-twice',
  'json-body',
  'oversized-body',
  'get-request',
])

interface Visitor {
  readonly user: SimulatorUser
  readonly browser: Browser
}

/** Sends back-channel logouts as One Login and as an attacker would. */
export async function runBackChannel(run: Run): Promise<void> {
  const { backChannel } = run.settings
  if (!backChannel) {
    run.results.explain('back-channel', 'No back-channel logout address is set (--back-channel).')
    return
  }
  const mailbox = await LogoutMailbox.open()
  try {
    const isEffective = await tryGenuine(run, backChannel, mailbox)
    await tryReplay(run, backChannel, mailbox, isEffective)
    for (const fault of [...logoutFaults, ...logoutCallFaults]) {
      if (run.isGone || !run.results.wants(fault.requirement)) continue
      run.results.add(fault.requirement, await tryFault(run, backChannel, mailbox, fault, isEffective))
    }
    run.checkAlive()
    if (isEffective && !(await stillEndsSessions(run, backChannel, mailbox)))
      run.results.doubt('back-channel')
  } finally {
    await mailbox.close()
  }
}

async function visitor(run: Run): Promise<Visitor | undefined> {
  const journey = signInJourney(run)
  const user = run.newUser()
  const browser = run.newBrowser()
  await journey.go(browser)
  const { is } = await journey.judge(browser)
  return is === 'accepted' ? { user, browser } : undefined
}

async function isSignedIn(run: Run, browser: Browser): Promise<boolean> {
  const { is } = await signInJourney(run).judge(browser)
  return is === 'accepted'
}

/** Returns One Login's call for a user, with the faults that are set. */
async function callFor(
  run: Run,
  mailbox: LogoutMailbox,
  { sub }: SimulatorUser,
): Promise<LogoutCall | undefined> {
  mailbox.take()
  await run.op.signOut(sub, { to: mailbox.url })
  run.op.reset()
  return mailbox.take()[0]
}

async function deliver(run: Run, backChannel: URL, { method, type, body }: LogoutCall): Promise<Page> {
  return run.newBrowser().get(backChannel.href, {
    method: method === 'GET' ? 'GET' : 'POST',
    ...(method !== 'GET' && { body }),
    isServer: true,
    headers: { 'user-agent': 'one-login-simulator/1', ...(type !== undefined && { 'content-type': type }) },
  })
}

async function tryGenuine(run: Run, backChannel: URL, mailbox: LogoutMailbox): Promise<boolean> {
  run.results.startTrial()
  const done = 'One Login sent a logout token for a user with 2 browsers, while another user was signed in.'
  const add = (id: RequirementId, verdict: Verdict, seen: string) =>
    run.results.add(id, { name: 'genuine', verdict, done, seen })
  const other = await visitor(run)
  const first = await visitor(run)
  const second = run.newBrowser()
  await signInJourney(run).go(second)
  if (!first || !other || !(await isSignedIn(run, second))) {
    run.results.explain('back-channel', 'A user could not sign in before.')
    return false
  }
  const call = await callFor(run, mailbox, first.user)
  const page = call && (await deliver(run, backChannel, call))
  const alive = [await isSignedIn(run, first.browser), await isSignedIn(run, second)]
  const isEffective = !alive.includes(true)
  if (page?.status !== 200)
    add('logout-ends-sessions', 'broken', `The status was not 200: ${page ? describePage(page) : ''}.`)
  else if (!isEffective) add('logout-ends-sessions', 'broken', 'The user is still signed in.')
  else if (!(await isSignedIn(run, other.browser)))
    add('logout-ends-sessions', 'broken', 'Another user was signed out too.')
  else add('logout-ends-sessions', 'kept', 'Status 200, and both sessions of the user ended.')

  const again = run.newBrowser()
  run.signInAgain(first.user)
  await signInJourney(run).go(again)
  const isIn = await isSignedIn(run, again)
  add(
    'logout-then-sign-in',
    isIn ? 'kept' : 'broken',
    isIn ? 'The user could sign in again at once.' : 'The user could not sign in again.',
  )
  return isEffective
}

/** Returns false if a right logout token no longer works. A limit (429) was seen where it was met. */
async function stillEndsSessions(run: Run, backChannel: URL, mailbox: LogoutMailbox): Promise<boolean> {
  run.results.startTrial()
  const target = await visitor(run)
  const call = target && (await callFor(run, mailbox, target.user))
  if (target && call) {
    await deliver(run, backChannel, call)
    if (!(await isSignedIn(run, target.browser))) return true
  }
  return run.results.metLimit
}

async function tryReplay(
  run: Run,
  backChannel: URL,
  mailbox: LogoutMailbox,
  isEffective: boolean,
): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('logout-token-id')) return
  const done = 'The same logout token arrived a second time, after the user had signed in again.'
  const add = (verdict: Verdict, seen: string) =>
    run.results.add('logout-token-id', { name: 'replay', verdict, done, seen })
  const first = isEffective ? await visitor(run) : undefined
  const call = first && (await callFor(run, mailbox, first.user))
  if (!first || !call) {
    add('not observable', 'Valid logout tokens do not end sessions.')
    return
  }
  await deliver(run, backChannel, call)
  run.signInAgain(first.user)
  const again = run.newBrowser()
  await signInJourney(run).go(again)
  if (!(await isSignedIn(run, again))) {
    add('not observable', 'The user could not sign in again.')
    return
  }
  await deliver(run, backChannel, call)
  const isIn = await isSignedIn(run, again)
  add(isIn ? 'kept' : 'broken', isIn ? 'The user is still signed in.' : 'The user was signed out.')
}

async function tryFault(
  run: Run,
  backChannel: URL,
  mailbox: LogoutMailbox,
  fault: CataloguedFault,
  isEffective: boolean,
): Promise<Check> {
  run.results.startTrial()
  const name = `${fault.place} ${fault.fault}`
  const text = faultInWords(fault)
  const done = `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
  const check = (verdict: Verdict, seen: string): Check => ({ name, verdict, done, seen })
  run.op.reset()
  const target = await visitor(run)
  if (!target) return check('not observable', 'A user could not sign in before.')
  run.op.breakUntilReset(fault.place, fault.fault)
  const call = await callFor(run, mailbox, target.user)
  if (!call) return check('not observable', 'The simulator sent nothing.')
  const page = await deliver(run, backChannel, call)
  const isIn = await isSignedIn(run, target.browser)
  if (await hasStopped(run, page)) return check('crashed', `The service stopped: ${describePage(page)}.`)
  if (page.status === 429) return check('not observable', 'The service limits the number of requests (429).')
  if (page.failure === 'timeout') return check('broken', `There was no response: ${describePage(page)}.`)
  // Some faults change only the call and leave the token valid, so a service may accept it.
  if (!isIn && !withRightToken.has(fault.fault)) return check('broken', 'The user was signed out.')
  if (fault.power === 'harmless') return check('kept', `The response: ${describePage(page)}.`)
  if (!isEffective)
    return check(
      'not observable',
      'Valid logout tokens do not end sessions, so the check of an invalid one shows nothing.',
    )
  if (page.status === 200)
    return check('advice', 'The user is still signed in, but the status was 200 and must be 400.')
  return check('kept', `The user is still signed in: ${describePage(page)}.`)
}
