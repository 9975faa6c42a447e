import { coloured, writeLine, type Terminal } from '../../terminal.ts'
import { requirementIds, requirementOf } from '../catalogue/catalogue.ts'
import type { Check, RequirementResult, Verdict } from '../results.ts'

const marks = {
  kept: { text: 'kept', colour: 'green' },
  broken: { text: 'BROKEN', colour: 'red' },
  crashed: { text: 'CRASHED', colour: 'red' },
  advice: { text: 'advice', colour: 'yellow' },
  'not observable': { text: 'not observable', colour: 'dim' },
} as const

const width = 16

/** The verdicts in the order in which they are counted. */
export const verdicts = ['crashed', 'broken', 'advice', 'not observable', 'kept'] as const satisfies Verdict[]

/** How many requirements have each verdict, in one line. */
export function summary(results: readonly RequirementResult[]): string {
  const counted = verdicts.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return counted.join(', ')
}

/** Writes the report for people who read a terminal. */
export function writeTextReport({ stdout }: Terminal, results: readonly RequirementResult[]): void {
  for (const { id, verdict, checks } of results) {
    const { text, colour } = marks[verdict]
    writeLine(stdout, `${coloured(stdout, colour, text.padEnd(width))}${id}: ${requirementOf(id).title}`)
    for (const check of findingsOf(verdict, checks)) {
      writeLine(stdout, `${' '.repeat(width)}  ${check.name}: ${check.seen}`)
    }
  }
  writeLine(stdout, `\n${coloured(stdout, 'bold', `${summary(results)}.`)}`)
}

/** The checks that explain a verdict; those of one reason once. */
function findingsOf(verdict: Verdict, checks: readonly Check[]): readonly Check[] {
  if (verdict === 'kept') return []
  const grave = checks.filter(
    (check) =>
      check.verdict !== 'kept' && (verdict === 'not observable' || check.verdict !== 'not observable'),
  )
  return grave.filter(
    (check, index) =>
      grave.findIndex(({ name, seen }) => name === check.name && seen === check.seen) === index,
  )
}

/** Writes the requirements, without checking them. */
export function writeCatalogue({ stdout }: Terminal): void {
  let before = ''
  for (const id of requirementIds) {
    const { phase, title } = requirementOf(id)
    if (phase !== before) writeLine(stdout, `${before === '' ? '' : '\n'}${coloured(stdout, 'bold', phase)}`)
    before = phase
    writeLine(stdout, `  ${id}: ${title}`)
  }
}
