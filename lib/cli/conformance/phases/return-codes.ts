import type { LevelOfConfidence } from '../../../simulator/index.ts'
import { textsOf } from '../browser/html.ts'
import type { Page } from '../browser/page.ts'
import type { Journey, Judgement } from '../journeys.ts'
import type { Run } from '../run.ts'

// One Login's codes are single letters, which appear on every page. A letter that changes with the code is the code.
const codes = ['Q', 'Z'] as const

/** Ends identity checks with a return code, and looks for the code in the pages that the user sees. */
export async function tryReturnCodes(run: Run, identity: Journey): Promise<void> {
  if (!(run.results.wants('identity-not-proven') || run.results.wants('return-codes'))) return
  await tryOutcome(run, identity, 'P0', 'The identity check failed with a return code.')
  await tryOutcome(run, identity, undefined, 'The identity was proven, with a return code.')
}

async function tryOutcome(
  run: Run,
  identity: Journey,
  level: LevelOfConfidence | undefined,
  done: string,
): Promise<void> {
  run.results.startTrial()
  const name = level === undefined ? 'proven' : 'not proven'
  const seen: string[] = []
  let judged: Judgement = { is: 'unknown', seen: 'The user could not sign in before.' }
  let wasSent = false
  for (const code of codes) {
    run.newUser('typical', { ...(level !== undefined && { level }), returnCodes: [code] })
    const browser = run.newBrowser()
    if (!(await identity.prepare(browser))) break
    const pages: Page[] = []
    const requests = await run.requestsDuring(async () => pages.push(await identity.go(browser)))
    wasSent = requests.some(({ endpoint }) => endpoint === 'userinfo')
    judged = await identity.judge(browser)
    pages.push(await browser.get(run.settings.identityPage?.href ?? ''))
    seen.push(pages.map(({ body }) => body).join('\n'))
  }
  const [one, other] = seen
  if (level !== undefined) {
    const verdict = judged.is === 'accepted' ? 'broken' : judged.is === 'refused' ? 'kept' : 'not observable'
    run.results.add('identity-not-proven', { name: 'return code', verdict, done, seen: judged.seen })
  }
  const isShown = one !== undefined && other !== undefined && shows(one, other)
  run.results.add('return-codes', {
    name,
    verdict: isShown ? 'broken' : wasSent && other !== undefined ? 'kept' : 'not observable',
    done,
    seen: isShown
      ? 'A page shows it.'
      : wasSent
        ? 'No page shows it.'
        : 'The service does not ask One Login for return codes.',
  })
}

/** Whether a text of one page appears in the other page with the other code instead. */
function shows(one: string, other: string): boolean {
  const [mine, theirs] = codes
  const code = new RegExp(`(?<![\\p{L}\\d])${mine}(?![\\p{L}\\d])`, 'gu')
  const others = new Set(textsWith(other, theirs))
  return textsWith(one, mine).some((text) => others.has(text.replace(code, theirs)))
}

/** Returns the texts of a page that contain a code as a word. A text of one letter counts. */
function textsWith(body: string, code: string): string[] {
  const texts = [
    ...textsOf(`${body} `),
    ...[...body.matchAll(/>\s*([A-Z])\s*</g)].map(([, letter = '']) => letter),
  ]
  return texts.filter((text) => new RegExp(`(?<![\\p{L}\\d])${code}(?![\\p{L}\\d])`, 'u').test(text))
}
