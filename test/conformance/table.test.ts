import { describe, expect, it } from 'vitest'
import { externalRunIn, hasExternalRun, makeTable, type TestResult } from '../../conformance/table.ts'

const requirements = { 'IDT-1': 'The signature.', 'IDT-2': 'The algorithm.' }
const test = (title: string, status = 'passed', file = 'test/id-token.test.ts'): TestResult => ({
  file,
  title,
  status,
})

const tableOf = (
  texts: Readonly<Record<string, string>>,
  results: readonly TestResult[],
  lastExternalRun?: string,
  today = '2026-11-22',
) => makeTable(texts, results, lastExternalRun, today)

describe('the table of conformance', () => {
  it('passes if each requirement has a test that passes', () => {
    const { text, complaints } = tableOf(requirements, [test('[IDT-1, IDT-2] both')])
    expect(complaints).toEqual([])
    expect(text).toContain('| IDT-2 | The algorithm. | ✓ | `id-token` |')
  })

  it.each([
    ['has no test', [test('[IDT-1] one')]],
    ['has a test that was skipped', [test('[IDT-1] one'), test('[IDT-2] two', 'skipped')]],
    ['has a test that fails', [test('[IDT-1, IDT-2] both'), test('[IDT-2] two', 'failed')]],
    ['is named without brackets', [test('[IDT-1] one'), test('IDT-2 two')]],
    [
      'only the simulator is tested for',
      [test('[IDT-1] one'), test('[IDT-2] two', 'passed', 'test/simulator/keys.test.ts')],
    ],
  ])('reports a requirement that %s', (_what, results) => {
    const { text, complaints } = tableOf(requirements, results)
    expect(complaints).toEqual([expect.stringMatching(/^IDT-2 /)])
    expect(text).toContain('| IDT-2 | The algorithm. | **✗** |')
  })

  it('reports a test for an unknown requirement', () => {
    const { complaints } = tableOf(requirements, [test('[IDT-1, IDT-2] [IDT-22] typo')])
    expect(complaints).toEqual([expect.stringMatching(/^IDT-22 is no requirement/)])
  })

  it('names the files with the most tests, at most 3', () => {
    const files = ['a', 'b', 'b', 'c', 'c', 'd', 'd'].map((name) =>
      test('[IDT-1, IDT-2] rule', 'passed', `test/${name}.test.ts`),
    )
    expect(tableOf(requirements, files).text).toContain('✓ | `b` · `c` · `d` · … |')
  })

  it('accepts only the date of the last run against the official simulator as proof', () => {
    const official = { 'SIM-4': 'The official simulator.' }
    const results = [
      test('[SIM-4] reads its configuration', 'passed', 'test/cli/simulator.test.ts'),
      test('[SIM-4] signs in', 'skipped', 'test/official/simulator.test.ts'),
    ]
    expect(tableOf(official, results).complaints).toHaveLength(1)
    const { text, complaints } = tableOf(official, results, '2026-11-22')
    expect(complaints).toEqual([])
    expect(text).toContain('Last seen: 2026-11-22. | ✓ |')
    expect(externalRunIn(text)).toBe('2026-11-22')
  })

  it.each([
    ['2026-11-22', '2026-11-22', true],
    ['2026-11-22', '2027-02-20', true],
    ['2026-11-22', '2027-02-21', false],
    ['2026-01-01', '2026-11-22', false],
  ])('accepts a run of %s against the official simulator on %s: %s', (last, today, holds) => {
    const { text, complaints } = tableOf({ 'SIM-4': 'The official simulator.' }, [], last, today)
    expect(complaints).toEqual(
      holds ? [] : [expect.stringMatching(`^SIM-4 was last proven on ${last}, more than 90 days ago`)],
    )
    expect(text).toContain(`Last seen: ${last}. | ${holds ? '✓' : '**✗**'} |`)
  })

  it.each([
    [true, ['passed', 'passed']],
    [false, ['passed', 'failed']],
    [false, ['skipped', 'skipped']],
    [false, []],
  ])('reports whether the official simulator was tested: %s, if its tests have %j', (isSeen, statuses) => {
    const results = statuses.map((status) => test('[SIM-4] x', status, 'test/official/simulator.test.ts'))
    expect(hasExternalRun([...results, test('[SIM-4] y')])).toBe(isSeen)
  })
})
