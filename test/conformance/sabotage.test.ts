import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { breaks } from '../../conformance/sabotage/breaks.ts'
import { obstacle } from '../../conformance/sabotage/patch.ts'

const root = join(import.meta.dirname, '../..')
it.each(breaks)('can break $requirement in $file: $mistake', (one) => {
  expect(obstacle(root, one)).toBeUndefined()
  const files = one.tests.map((file) => join(root, `test/${file}.test.ts`))
  expect(files.filter((file) => !existsSync(file))).toEqual([])
  // A break whose tests do not name its requirement is never tried.
  const named = files.some((file) => new RegExp(`${one.requirement}(?!\\d)`).test(readFileSync(file, 'utf8')))
  expect(named).toBe(true)
})

it('has at least 60 breaks, all different', () => {
  const changes = new Set(breaks.map(({ file, from, to }) => JSON.stringify([file, from, to])))
  expect(changes.size).toBe(breaks.length)
  expect(changes.size).toBeGreaterThanOrEqual(60)
})
