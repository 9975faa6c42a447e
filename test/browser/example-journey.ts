import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, beforeAll, expect } from 'vitest'
import { startService, type RunningService } from '../../example-app/src/server.ts'
import type { Simulator, SimulatorResponse } from '../../lib/simulator/index.ts'
import { launchChromium, openPage, violations, type Visit } from '../support/chromium.ts'

const log = pino({ level: 'silent' })
let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium.close()
})

/** The example service, and a user. */
export interface Journey extends AsyncDisposable, Visit {
  readonly service: RunningService
  readonly op: Simulator
  go(path: string): Promise<number | undefined>
  /** Waits for a page by its heading, and checks what every page must satisfy. */
  arrives(heading: string): Promise<void>
}

export /** Who visits, and how. */
interface JourneyOptions {
  readonly lang?: 'en' | 'cy'
  readonly javaScriptEnabled?: boolean
  readonly width?: number
  readonly interactive?: boolean
  readonly response?: SimulatorResponse
}

/** Starts the service and a browser on its start page, in the given language. */
export async function startJourney({
  lang = 'en',
  javaScriptEnabled = true,
  width = 1100,
  interactive = false,
  response = {},
}: JourneyOptions = {}): Promise<Journey> {
  const service = await startService({ PORT: '0' }, log, { interactive })
  const op = service.simulator
  if (!op) throw new Error('No simulator was started')
  op.respondWith(response)
  const visit = await openPage(chromium, { javaScriptEnabled, viewport: { width, height: 800 } })
  const { page, complaints } = visit
  const go = async (path: string) => (await page.goto(`${service.url}${path}`))?.status()
  const arrives = async (heading: string) => {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
    await keepPicture(page, `${lang}-${width}-${javaScriptEnabled ? 'js' : 'no-js'}`)
    expect(await page.locator('html').getAttribute('lang')).toBe(lang)
    expect(await page.title()).toMatch(/ – GOV\.UK$/)
    expect(await page.title()).toContain(heading)
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  }
  await go('/')
  if (lang === 'cy') await page.getByRole('link', { name: 'Cymraeg' }).click()
  return {
    ...visit,
    service,
    op,
    go,
    arrives,
    [Symbol.asyncDispose]: async () => {
      await page.context().close()
      await service.close()
    },
  }
}

/** Saves a picture of each page in the folder that SCREENSHOTS names. */
export async function keepPicture(page: Page, way: string): Promise<void> {
  const { SCREENSHOTS } = process.env
  const { pathname } = new URL(page.url())
  const name = `${pathname.slice(1).replaceAll('/', '-')}-${(await page.title()).replaceAll(/[^a-z]+/gi, '-')}`
  if (SCREENSHOTS)
    await page.screenshot({ path: join(SCREENSHOTS, way, `${name.slice(0, 60)}.png`), fullPage: true })
}
