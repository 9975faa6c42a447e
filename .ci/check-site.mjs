#!/usr/bin/env node
// Checks every link inside the built documentation site: the file must exist, and the anchor in it. Run by `npm run docs`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const site = join(import.meta.dirname, '..', 'site')
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.html'),
)
const anchors = new Map()

function anchorsOf(file) {
  if (!anchors.has(file))
    anchors.set(
      file,
      new Set([...readFileSync(file, 'utf8').matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id)),
    )
  return anchors.get(file)
}

const broken = pages.flatMap((page) => {
  const links = [...readFileSync(join(site, page), 'utf8').matchAll(/<a\b[^>]*\bhref="([^"]+)"/g)]
  return links.flatMap(([, href]) => {
    const link = href.replaceAll('&amp;', '&')
    if (/^[a-z]+:/.test(link)) return []
    const [path = '', anchor] = link.split('#')
    const file = path === '' ? join(site, page) : join(site, dirname(page), decodeURIComponent(path))
    const isThere = existsSync(file) && !relative(site, file).startsWith('..')
    const hasAnchor =
      !anchor || !file.endsWith('.html') || (isThere && anchorsOf(file).has(decodeURIComponent(anchor)))
    return isThere && hasAnchor ? [] : [`${page}: ${link}`]
  })
})
for (const link of broken) console.error(link)
console.log(`${pages.length} pages of documentation, ${broken.length} broken links.`)
process.exitCode = broken.length > 0 ? 1 : 0
