import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startingInputs } from '../../fuzz/findings.ts'
import { seeds } from '../../fuzz/seeds.ts'

const targets = join(import.meta.dirname, '../../fuzz/targets')

it.each([
  ['CB-2', 'callback'],
  ['CB-12', 'return-path'],
  ['IDT-1', 'id-token'],
  ['CID-1', 'core-identity'],
  ['SESS-6', 'logout-token'],
  ['CONF-8', 'documents'],
  ['CONF-9', 'options'],
])('[%s] the fuzzed code, %s, withstands all that was ever found', async (_requirement, target) => {
  const { fuzz } = (await import(join(targets, `${target}.ts`))) as { fuzz: (data: Buffer) => unknown }
  const inputs = startingInputs(target)
  expect(inputs.length).toBeGreaterThanOrEqual(3)
  for (const input of inputs) await fuzz(input)
})

it('every target has inputs to start with', () => {
  const names = readdirSync(targets).map((file) => file.replace('.ts', ''))
  expect(Object.keys(seeds).toSorted()).toEqual(names.toSorted())
})
