import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { breaks } from '../../conformance/sabotage/breaks.ts'
import { obstacle } from '../../conformance/sabotage/patch.ts'

const root = join(import.meta.dirname, '../..')
it.each(breaks)('can break $requirement in $file: $mistake', (one) => {
  expect(obstacle(root, one)).toBeUndefined()
  expect(one.tests.filter((file) => !existsSync(join(root, `test/${file}.test.ts`)))).toEqual([])
})

it('has 60 breaks or more, each of them another one', () => {
  const changes = new Set(breaks.map(({ file, from, to }) => JSON.stringify([file, from, to])))
  expect(changes.size).toBe(breaks.length)
  expect(changes.size).toBeGreaterThanOrEqual(60)
})
