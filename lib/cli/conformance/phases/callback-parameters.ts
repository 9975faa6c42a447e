import { describePage, type Page } from '../browser/page.ts'
import { hasStopped } from '../service-stop.ts'
import type { Run } from '../run.ts'

/** Queries that no browser sends by mistake, each with its name in the report. */
const queries: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['everything twice', 'code=a&code=b&state=c&state=d'],
  ['lists', 'code[]=a&state[]=b&error[]=c'],
  ['objects', 'code[a]=b&state[a]=b&error[a]=b'],
  ['errors twice', 'error=access_denied&error=server_error&state=a'],
  ['names of the language', 'state=__proto__&code=constructor&__proto__[a]=b'],
  ['broken encoding', 'state=%E0%A4%A&code=%'],
  ['a zero byte', 'state=%00&code=%00'],
  ['long values', `state=${'a'.repeat(4000)}&code=${'b'.repeat(4000)}`],
]

/** Calls the callback with parameters that One Login never sends. */
export async function tryParameters(run: Run): Promise<void> {
  const { redirectUri } = run.signInRequest ?? {}
  if (redirectUri === undefined || !run.results.wants('callback-parameters')) return
  for (const [name, query] of queries) {
    if (run.isGone) break
    run.results.startTrial()
    const page = await run.newBrowser().visit(`${redirectUri}?${query}`)
    const isOver = await hasStopped(run, page)
    run.results.add('callback-parameters', {
      name,
      verdict: isOver ? 'crashed' : page.failure === 'timeout' ? 'broken' : 'kept',
      done: `A browser opened the callback address with ${name}.`,
      seen: isOver ? 'The service stopped.' : responseOf(page),
    })
  }
  run.checkAlive()
}

const responseOf = (page: Page): string =>
  page.failure === undefined ? 'The service responded.' : `There was no response: ${describePage(page)}.`
