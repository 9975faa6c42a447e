import type { FaultPlace } from '../../simulator/index.ts'
import { describePage, type Page } from './browser/page.ts'
import type { CataloguedFault } from './fault-catalogue.ts'
import { works, type Journey, type Judgement } from './journeys.ts'
import { hasStopped } from './service-stop.ts'
import type { Run } from './run.ts'
import { unproven, type Check, type Verdict } from './results.ts'

const places: Readonly<Record<FaultPlace, string>> = {
  discovery: 'the discovery document',
  jwks: 'the keys of One Login',
  did: 'the DID document',
  trustmark: 'the trustmark',
  authorize: 'the redirect back to the service',
  token: 'the token response',
  userinfo: 'the userinfo response',
  logout: 'the end-session endpoint',
  'id-token': 'the ID token',
  'core-identity': 'the core identity',
  'logout-token': 'the logout token',
}

/** Returns a fault in words. */
export const faultInWords = ({ place, fault }: Pick<CataloguedFault, 'place' | 'fault'>): string =>
  `${places[place]} had the fault "${fault}"`

/**
 * Tries faults on a journey, each with a new browser and a new user, and then the journey without a fault. If that
 * fails, a rejection proves nothing.
 */
export async function tryFaults(
  run: Run,
  journey: Journey,
  faults: readonly CataloguedFault[],
): Promise<void> {
  for (const place of new Set(faults.map((fault) => fault.place))) {
    const tried: [CataloguedFault, Check][] = []
    for (const fault of faults.filter((other) => other.place === place)) {
      if (run.isGone || !run.results.wants(fault.requirement)) continue
      run.results.startTrial()
      tried.push([fault, run.results.counted(await tryFault(run, journey, fault))])
    }
    if (tried.length === 0) continue
    const isWell = !run.isGone && (await works(run, journey))
    run.results.startTrial()
    for (const [{ requirement }, check] of tried)
      run.results.add(requirement, isWell ? check : unproven(check))
    run.checkAlive()
  }
}

async function tryFault(run: Run, journey: Journey, fault: CataloguedFault): Promise<Check> {
  const { op } = run
  const name = `${fault.place} ${fault.fault}, ${journey.name}`
  const done = `${capital(faultInWords(fault))}, ${journey.when}.`
  const check = (verdict: Verdict, seen: string): Check => ({ name, verdict, done, seen })
  const reason = hasNoPower(run, fault)
  if (reason !== undefined) return check('not observable', reason)
  op.reset()
  run.newUser()
  const browser = run.newBrowser()
  if (!(await journey.prepare(browser))) return check('not observable', 'The user could not sign in before.')
  op.breakUntilReset(fault.place, fault.fault)
  const page = await journey.go(browser)
  const isTaken = op.timesUsed(fault.place, fault.fault) > 0
  op.reset()
  const judgement = await journey.judge(browser)
  if (await hasStopped(run, page, judgement))
    return check('crashed', `The service stopped: ${describePage(page)}.`)
  if (!isTaken) return check('not observable', 'The service did not ask One Login for this.')
  if (page.status === 429 || judgement.is === 'unknown') return check('not observable', judgement.seen)
  reportHang(run, fault, check, page)
  return check(verdictOf(fault, judgement), judgement.seen)
}

function verdictOf({ power }: CataloguedFault, { is }: Judgement): Verdict {
  if (is === 'refused' || power === 'harmless') return 'kept'
  return power === 'advice' ? 'advice' : 'broken'
}

/** Reports a user who waits without end separately, whatever the fault was. */
function reportHang(
  run: Run,
  { requirement }: CataloguedFault,
  check: (verdict: Verdict, seen: string) => Check,
  page: Page,
): void {
  if (page.failure !== 'timeout') return
  const where = requirement === 'token-failures' ? requirement : 'malformed-data'
  run.results.add(where, check('broken', `The user got no response: ${describePage(page)}.`))
}

/** Returns why accepting a fault would prove nothing in this run. */
function hasNoPower(run: Run, { place, fault }: CataloguedFault): string | undefined {
  const { op, signInRequest } = run
  if (fault === 'issuer-of-id-token' && op.options.environment.coreIdentityIssuer === op.issuer)
    return 'One Login has one issuer for both tokens in this run.'
  if (place === 'id-token' && fault === 'incorrect-vot' && signInRequest?.vectors.includes('Cl') === true)
    return 'The service asks for the weakest level only.'
  if (
    place === 'id-token' &&
    fault === 'wrong-sub' &&
    !op.requests.some(({ endpoint }) => endpoint === 'userinfo')
  )
    return 'The service does not call userinfo.'
  return undefined
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
