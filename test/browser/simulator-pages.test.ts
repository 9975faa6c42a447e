import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { htmlReport } from '../../lib/cli/conformance/report/html-report.ts'
import { requirementIds } from '../../lib/cli/conformance/catalogue/catalogue.ts'
import { verdicts } from '../../lib/cli/conformance/report/summary.ts'
import type { RequirementResult } from '../../lib/cli/conformance/results.ts'
import { startSimulatorCommand, type RunningSimulator } from '../cli/command-run.ts'
import { identityRequest } from '../cli/official-visit.ts'
import { launchChromium, openPage, violations, type Visit } from '../support/chromium.ts'
import { keepPicture } from './example-journey.ts'
import { screenWidths } from './screen-widths.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium.close()
})

const ways = screenWidths.flatMap((width) =>
  [true, false].map((javaScriptEnabled) => ({ width, javaScriptEnabled })),
)

/** Returns the address of a sign-in request. */
function authorizeURL({ url, variables }: RunningSimulator, extra: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams({
    response_type: 'code',
    scope: 'openid email phone',
    client_id: variables.ONE_LOGIN_CLIENT_ID ?? '',
    redirect_uri: variables.ONE_LOGIN_CALLBACK_URL ?? '',
    state: 'a-state',
    nonce: 'a-nonce',
    ...extra,
  })
  return `${url}authorize?${query.toString()}`
}

const contentWidth = async (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth')

describe.each(ways)(
  '$width pixels wide, with JavaScript: $javaScriptEnabled',
  ({ width, javaScriptEnabled }) => {
    const open = async (): Promise<Visit> =>
      openPage(chromium, { javaScriptEnabled, viewport: { width, height: 800 } })

    /** Checks what every page must satisfy. */
    async function holds({ page, complaints }: Visit, heading: RegExp | string): Promise<void> {
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      await keepPicture(page, `simulator-${width}-${javaScriptEnabled ? 'js' : 'no-js'}`)
      expect(await violations(page)).toEqual([])
      expect(complaints).toEqual([])
      expect(await contentWidth(page)).toBeLessThanOrEqual(width)
    }

    it('every page of the simulator is accessible', async () => {
      const simulator = await startSimulatorCommand({}, ['--interactive'])
      const visit = await open()
      const { page } = visit
      const to = async (url: string, heading: RegExp | string) => {
        await page.goto(url)
        await holds(visit, heading)
      }
      await to(simulator.url, 'The simulator is running')
      await to(authorizeURL(simulator), /^Sign in to/)
      await to(authorizeURL(simulator, identityRequest), /^(?:Sign in to|Prove an identity to)/)
      await to(authorizeURL(simulator, { client_id: 'a-'.repeat(80) }), 'Invalid Request')
      for (const check of ['', '?check=too-early']) await to(`${simulator.url}in-person${check}`, /./)
      await to(`${simulator.url}signed-out`, 'You have signed out')
      const logout = new URLSearchParams({ post_logout_redirect_uri: `https://${'a'.repeat(60)}.example/` })
      await to(`${simulator.url}logout?${logout.toString()}`, 'You have signed out')
      await page.context().close()
    })

    it('the form of the official simulator is accessible', async () => {
      const simulator = await startSimulatorCommand({ INTERACTIVE_MODE: 'true' })
      const visit = await open()
      await visit.page.goto(authorizeURL(simulator, identityRequest))
      await holds(visit, /^Choose the response to/)
      await visit.page.context().close()
    })

    it('the conformance report is accessible', async () => {
      const checks = (verdict: (typeof verdicts)[number]) => [
        { name: 'id-token wrong-nonce', done: 'It was tried.', seen: `GET /${'a'.repeat(200)}`, verdict },
      ]
      const results = requirementIds.map((id, index): RequirementResult => {
        const verdict = verdicts[index % verdicts.length] ?? 'kept'
        return { id, verdict, checks: checks(verdict) }
      })
      const visit = await open()
      const address = new URL('http://127.0.0.1:3000/page')
      await visit.page.route('http://report.example/', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: htmlReport(address, results, new Date('2026-11-25')),
        }),
      )
      await visit.page.goto('http://report.example/')
      await holds(visit, 'Conformance with GOV.UK One Login')
      await visit.page.context().close()
    })
  },
)
