import { readFileSync, writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const folder = new URL('../../docs/screenshots/', import.meta.url)

/** Squares of this many pixels are compared by their mean colour, so the edges of letters may differ. */
const side = 16
/** How much a channel of the colour of a square may differ, of 255. */
const tolerance = 20
/**
 * The share of squares that may differ more. Letters 0.05 pixels further apart change none of them, and a button in
 * another colour changes 1.1%.
 */
const allowedShare = 0.002

/** Runs in the browser, which can read and resize pictures. */
const compare = `async ({ pictures, side, tolerance }) => {
  const [before, after] = await Promise.all(pictures.map(async (base64) => {
    const response = await fetch('data:image/png;base64,' + base64)
    const picture = await createImageBitmap(await response.blob())
    const [width, height] = [picture.width, picture.height].map((length) => Math.ceil(length / side))
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.imageSmoothingQuality = 'high'
    context.drawImage(picture, 0, 0, width, height)
    return { size: picture.width + ' by ' + picture.height, colours: context.getImageData(0, 0, width, height).data }
  }))
  const changed = new Set()
  for (const [index, colour] of after.colours.entries())
    if (Math.abs(colour - before.colours[index]) > tolerance) changed.add(index >> 2)
  return { before: before.size, after: after.size, share: changed.size / (after.colours.length / 4) }
}`

interface Comparison {
  readonly before: string
  readonly after: string
  readonly share: number
}

/**
 * Compares a page with its picture in `docs/screenshots/`, and its text, roles and links with the snapshot.
 * `npm run docs:screenshots` writes both instead.
 */
export async function expectUnchanged(page: Page, name: string): Promise<void> {
  const text = await page.locator('body').ariaSnapshot()
  expect(text.replaceAll(/localhost:\d+|127\.0\.0\.1:\d+/g, 'localhost')).toMatchSnapshot(name)
  const picture = await page.screenshot({ fullPage: true, animations: 'disabled' })
  const file = new URL(`${name}.png`, folder)
  if (process.env.RENEW_SCREENSHOTS) writeFileSync(file, picture)
  const { before, after, share } = await difference(page, [readFileSync(file), picture])
  const renew = `See what changed in ${name}.png, then run "npm run docs:screenshots".`
  expect(after, renew).toBe(before)
  expect(share, renew).toBeLessThanOrEqual(allowedShare)
}

async function difference(page: Page, pictures: readonly Buffer[]): Promise<Comparison> {
  const blank = await page.context().newPage()
  const base64 = pictures.map((picture) => picture.toString('base64'))
  const result = await blank.evaluate<Comparison>(
    `(${compare})(${JSON.stringify({ pictures: base64, side, tolerance })})`,
  )
  await blank.close()
  return result
}
