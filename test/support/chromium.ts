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

/** A page in a new browser profile, and the errors in its console. */
export interface Visit {
  readonly page: Page
  /** Errors that scripts threw and resources that the content security policy blocked. */
  readonly complaints: string[]
}

/** Starts Debian's Chromium, or the browser that the variable CHROMIUM names. */
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
    // Chromium reports the status of an error page as a console error.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded')
    const isOfThePage = message.location().url === page.url()
    if (message.type() === 'error' && !(isStatus && isOfThePage)) complaints.push(message.text())
  })
  return { page, complaints }
}

/** The problems that axe-core finds, against WCAG 2.2 level AA and its own best practices. A correct page has none. */
export async function violations(page: Page): Promise<string[]> {
  const scripted = await page.evaluate<boolean>("document.body.classList.contains('js-enabled')")
  if (scripted) return findViolations(page)
  // axe-core needs scripts. If they are off, it checks the rendered page in a browser where they are on.
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
