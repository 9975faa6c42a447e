import { readyUser, readyUserNames, type ReadyUserName } from '../../../simulator/index.ts'
import type { Page } from '../browser/page.ts'
import type { RequirementId } from '../catalogue/catalogue.ts'
import { malformedFaults } from '../fault-catalogue.ts'
import { tryFaults } from '../fault-trial.ts'
import { identityJourney, signInJourney, type Journey } from '../journeys.ts'
import { hasStopped } from '../service-stop.ts'
import type { Verdict } from '../results.ts'
import type { Run } from '../run.ts'
import { tryReturnCodes } from './return-codes.ts'

const levels = ['P0', 'P1', 'P2', 'P3']

/** Makes every ready user sign in and prove an identity, if they can, and sends malformed data. */
export async function runPeople(run: Run): Promise<void> {
  const identity = identityJourney(run)
  for (const name of readyUserNames) {
    if (run.isGone || !(run.results.wants('every-user') || run.results.wants('identity-not-proven'))) break
    await tryUser(run, name, identity)
  }
  run.checkAlive()
  if (identity) await tryReturnCodes(run, identity)
  else for (const id of ['identity-not-proven', 'return-codes'] as const) explainIdentity(run, id)
  await tryMalformed(run, identity)
}

/** Reports the pages that showed a stack trace in any check. */
export function reportStackTraces({ results, stackTraces }: Run): void {
  const paths = [...stackTraces].sort()
  results.startTrial()
  results.add('stack-traces', {
    name: 'pages',
    verdict: paths.length === 0 ? 'kept' : 'advice',
    done: 'Every page that the service returned in this run was read.',
    seen:
      paths.length === 0
        ? 'None had a stack trace.'
        : `These had one: ${paths.join(', ')}. Make sure that they do not show it in production.`,
  })
}

function explainIdentity(run: Run, id: RequirementId): void {
  run.results.add(id, {
    name: 'all',
    verdict: 'not observable',
    done: 'Nothing was done.',
    seen: run.whyNoIdentity,
  })
}

/** Returns the lowest level of confidence that the service requests. */
function requestedLevel({ identityRequest }: Run): number {
  const asked = (identityRequest?.vectors ?? []).map((vector) =>
    Math.max(...vector.split('.').map((part) => levels.indexOf(part))),
  )
  return Math.min(...asked.filter((level) => level > 0), levels.length - 1)
}

async function tryUser(run: Run, name: ReadyUserName, identity: Journey | undefined): Promise<void> {
  run.results.startTrial()
  const done = `The ready user "${name}" signed in${identity ? ' and asked for the identity page' : ''}.`
  const add = (id: RequirementId, verdict: Verdict, seen: string) =>
    run.results.add(id, { name, verdict, done, seen })
  run.newUser(name)
  const browser = run.newBrowser()
  const signIn = signInJourney(run)
  let page: Page = await signIn.go(browser)
  const signedIn = await signIn.judge(browser)
  if (signedIn.is !== 'accepted') {
    const isOver = await hasStopped(run, page)
    add(
      'every-user',
      isOver ? 'crashed' : signedIn.is === 'unknown' ? 'not observable' : 'broken',
      signedIn.seen,
    )
    return
  }
  if (!identity) {
    add('every-user', 'kept', signedIn.seen)
    return
  }
  page = await identity.go(browser)
  const { is, seen } = await identity.judge(browser)
  const isOver = await hasStopped(run, page)
  const { identity: evidence } = readyUser(name)
  const isProven = evidence !== undefined && levels.indexOf(evidence.level) >= requestedLevel(run)
  const expected = isProven ? 'accepted' : 'refused'
  const id = isProven ? 'every-user' : 'identity-not-proven'
  add(
    id,
    isOver ? 'crashed' : is === 'unknown' ? 'not observable' : is === expected ? 'kept' : 'broken',
    seen,
  )
}

async function tryMalformed(run: Run, identity: Journey | undefined): Promise<void> {
  const ofIdentity = malformedFaults.filter(({ place }) => place !== 'id-token')
  await tryFaults(
    run,
    signInJourney(run),
    malformedFaults.filter((fault) => !ofIdentity.includes(fault) || !identity),
  )
  if (identity) await tryFaults(run, identity, ofIdentity)
}
