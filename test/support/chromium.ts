import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Axe from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A page in a browser that nobody else uses, and what its console complained of. */
export interface Visit {
  readonly page: Page
  /** What scripts threw and what the content security policy blocked. */
  readonly complaints: string[]
}

/** Starts Debian's Chromium, or the one that the variable CHROMIUM names. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
}

/** Opens a page in a fresh profile. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // An error page is answered with its status, and Chromium says so.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded')
    const isOfThePage = message.location().url === page.url()
    if (message.type() === 'error' && !(isStatus && isOfThePage)) complaints.push(message.text())
  })
  return { page, complaints }
}

/** What axe-core finds, against WCAG 2.2 at level AA and its own best practices: nothing, in a correct page. */
export async function violations(page: Page): Promise<string[]> {
  const scripted = await page.evaluate<boolean>("document.body.classList.contains('js-enabled')")
  if (scripted) return findViolations(page)
  // Where scripts are off axe-core cannot run either: it gets what was rendered, in a browser where they are on.
  const context = await page.context().browser()?.newContext({ viewport: page.viewportSize() })
  if (!context) throw new Error('The browser is gone')
  try {
    const twin = await context.newPage()
    const html = (await page.content()).replaceAll(/<script\b[^]*?<\/script>/g, '')
    await twin.route(page.url(), (route) => route.fulfill({ contentType: 'text/html', body: html }))
    await twin.goto(page.url())
    return await findViolations(twin)
  } finally {
    await context.close()
  }
}

async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const results = await page.evaluate<Axe.AxeResults>(async () =>
    (globalThis as unknown as { axe: typeof Axe }).axe.run(),
  )
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
