import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diagrams, type Diagram } from '../docs/diagrams.ts'
import { launchChromium, openPage, violations } from '../support/chromium.ts'
import { listen, type Listening } from '../support/listen.ts'
import { screenWidths } from './screen-widths.ts'

const asset = (path: string | URL) => readFileSync(path, 'utf8')
const scripts: Readonly<Record<string, string>> = {
  '/site.js': asset(new URL('../../build/site.js', import.meta.url)),
  '/mermaid.js': asset(createRequire(import.meta.url).resolve('@mermaid-js/tiny')),
}
const style = asset(new URL('../../build/site.css', import.meta.url))

/** A page as TypeDoc writes it: it ends lines with <br>, and hides the page until its own script has run. */
function pageWith({ source }: Diagram): string {
  const code = source.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>')
  return `<!doctype html><html lang="en"><title>Diagram</title><style>${style}</style>
<body class="js-enabled"><script>
  document.body.style.display = 'none'
  addEventListener('load', () => setTimeout(() => document.body.style.removeProperty('display'), 100))
</script><main class="tsd-typography"><h1>Diagram</h1><pre><code class="mermaid">${code}</code></pre></main>
<script src="/site.js"></script>`
}

let chromium: Browser
let site: Listening
beforeAll(async () => {
  chromium = await launchChromium()
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://site')
    const script = scripts[pathname]
    const diagram = diagrams[Number(pathname.slice(1))]
    res.setHeader('Content-Type', script === undefined ? 'text/html; charset=utf-8' : 'text/javascript')
    res.end(script ?? (diagram && pageWith(diagram)))
  })
  site = await listen(server)
})
afterAll(async () => {
  await chromium.close()
  await site[Symbol.asyncDispose]()
})

describe.each(screenWidths)('%i pixels wide', (width) => {
  it.each(diagrams.map((diagram, index) => [diagram.name, diagram, index] as const))(
    '%s is drawn with its name and description, and a wide one scrolls with the keyboard',
    async (_name, { title, description }, index) => {
      const { page, complaints } = await openPage(chromium, { viewport: { width, height: 800 } })
      await page.goto(`${site.url}/${index}`)
      const figure = page.locator('figure')
      await figure.locator('svg[aria-labelledby][aria-describedby]').waitFor()
      expect(await figure.locator('svg > title').textContent()).toBe(title)
      expect(await figure.locator('svg > desc').textContent()).toBe(description)
      expect(await violations(page)).toEqual([])
      expect(complaints).toEqual([])
      const isWide = await figure.evaluate(
        ({ scrollWidth, clientWidth }: { scrollWidth: number; clientWidth: number }) =>
          scrollWidth > clientWidth,
      )
      expect(await figure.getAttribute('tabindex')).toBe(isWide ? '0' : null)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      await page.context().close()
    },
  )
})
