import { coloured, writeLine, type Terminal } from '../../terminal.ts'
import { requirementIds, requirementOf } from '../catalogue/catalogue.ts'
import type { RequirementResult } from '../results.ts'
import { explanationOf, lineOf, summary } from './summary.ts'

const marks = {
  kept: { text: 'kept', colour: 'green' },
  broken: { text: 'BROKEN', colour: 'red' },
  crashed: { text: 'CRASHED', colour: 'red' },
  advice: { text: 'advice', colour: 'yellow' },
  'not observable': { text: 'not observable', colour: 'dim' },
} as const

const width = 16

/** Writes the report to the terminal. */
export function writeTextReport(
  { stdout }: Pick<Terminal, 'stdout'>,
  results: readonly RequirementResult[],
): void {
  for (const result of results) {
    const { text, colour } = marks[result.verdict]
    const { title } = requirementOf(result.id)
    writeLine(stdout, `${coloured(stdout, colour, text.padEnd(width))}${result.id}: ${title}`)
    for (const check of explanationOf(result)) writeLine(stdout, `${' '.repeat(width + 2)}${lineOf(check)}`)
  }
  writeLine(stdout, `\n${coloured(stdout, 'bold', `${summary(results)}.`)}`)
}

/** Writes the list of requirements without checking them. */
export function writeCatalogue({ stdout }: Terminal): void {
  let before = ''
  for (const id of requirementIds) {
    const { phase, title } = requirementOf(id)
    if (phase !== before) writeLine(stdout, `${before === '' ? '' : '\n'}${coloured(stdout, 'bold', phase)}`)
    before = phase
    writeLine(stdout, `  ${id}: ${title}`)
  }
}
