import type { FaultPlace } from '../../../simulator/index.ts'
import { describePage, type Page } from '../browser/page.ts'
import { callFaults } from '../fault-catalogue.ts'
import { tryFaults } from '../fault-trial.ts'
import { identityJourney, signInJourney, works } from '../journeys.ts'
import { hasStopped } from '../service-stop.ts'
import type { Verdict } from '../results.ts'
import type { Run } from '../run.ts'
import { comesBack } from '../recovery.ts'
import { callbackAddress } from './callback.ts'

/** Makes calls to One Login fail, and then makes One Login unavailable. */
export async function runOutage(run: Run): Promise<void> {
  await checkCodes(run, () => tryFaults(run, signInJourney(run), callFaults))
  await tryCopies(run)
  await tryOutage(run)
}

/** A failed token request must not be sent again, because the code is used up. */
async function checkCodes(run: Run, action: () => Promise<void>): Promise<void> {
  const requests = await run.requestsDuring(action)
  const sent = requests.filter(({ endpoint }) => endpoint === 'token').map(({ params }) => params.code)
  if (sent.length === 0) return
  const isOnce = new Set(sent).size === sent.length
  run.results.add('code-sent-once', {
    name: 'failed calls',
    verdict: isOnce ? 'kept' : 'broken',
    done: 'Token requests failed in different ways.',
    seen: isOnce ? 'Each code was sent once.' : 'A code was sent again.',
  })
}

const documents = ['discovery', 'jwks', 'did'] as const satisfies FaultPlace[]

async function tryCopies(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('last-good-copy')) return
  const journey = identityJourney(run) ?? signInJourney(run)
  const done = 'One Login returned status 503 for its documents, which the service had downloaded before.'
  const add = (verdict: Verdict, seen: string) =>
    run.results.add('last-good-copy', { name: 'documents 503', verdict, done, seen })
  if (!(await works(run, journey))) {
    add('not observable', 'The journey did not work before.')
    return
  }
  run.newUser()
  const browser = run.newBrowser()
  for (const document of documents) run.op.breakUntilReset(document, '503')
  if (await journey.prepare(browser)) await journey.go(browser)
  const { is, seen } = await journey.judge(browser)
  run.op.reset()
  if (is === 'unknown') add('not observable', seen)
  else if (is === 'refused') add('advice', seen)
  else add('kept', 'Users could still sign in.')
  await comesBack(run)
}

async function tryOutage(run: Run): Promise<void> {
  run.results.startTrial()
  if (!run.results.wants('outage')) return
  const add = (name: string, done: string, verdict: Verdict, seen: string) =>
    run.results.add('outage', { name, done, verdict, seen })
  run.newUser()
  const [visitor, waiting] = [run.newBrowser(), run.newBrowser()]
  const address = await callbackAddress(run, waiting)
  await run.op.stopListening()
  const pages: (readonly [string, string, Page])[] = []
  try {
    pages.push([
      'visitor',
      'One Login could not be reached when a visitor asked for the page.',
      await visitor.visit(run.settings.page.href, { stopAt: (url) => run.isOneLogin(url) }),
    ])
    if (address !== undefined)
      pages.push([
        'way back',
        'One Login could not be reached when a user came back from it.',
        await waiting.visit(address, { isCrossSite: true, stopAt: (url) => run.isOneLogin(url) }),
      ])
  } finally {
    await run.op.listenAgain()
  }
  const back = await signInJourney(run).judge(waiting)
  for (const [name, done, page] of pages) {
    const seen = `${describePage(page)}.`
    if (await hasStopped(run, page)) add(name, done, 'crashed', `The service stopped: ${seen}`)
    else if (page.failure === 'timeout') add(name, done, 'broken', `There was no response: ${seen}`)
    else if (name === 'way back' && back.is === 'accepted')
      add(name, done, 'broken', 'The user was signed in.')
    else add(name, done, 'kept', seen)
  }
  run.checkAlive()
  const isBack = await comesBack(run)
  add(
    'afterwards',
    'One Login could be reached again.',
    isBack ? 'kept' : 'broken',
    isBack ? 'A user could sign in.' : 'Users still could not sign in after a minute.',
  )
}
