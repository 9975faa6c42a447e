import { requirementOf } from '../catalogue/catalogue.ts'
import { phases, type Phase } from '../catalogue/requirement.ts'
import type { RequirementResult } from '../results.ts'
import { escapeMarkup, explanationOf, lineOf } from './summary.ts'

const isFailure = ({ verdict }: RequirementResult): boolean => verdict === 'broken' || verdict === 'crashed'
const isSkipped = ({ verdict }: RequirementResult): boolean => verdict === 'not observable'

/** Returns the report as JUnit XML: a suite for each phase, and a case for each requirement. */
export function junitReport(results: readonly RequirementResult[]): string {
  const suites = phases.map((phase) => suite(phase, ofPhase(results, phase))).filter((xml) => xml !== '')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="conformance" ${counts(results)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

const ofPhase = (results: readonly RequirementResult[], phase: Phase) =>
  results.filter(({ id }) => requirementOf(id).phase === phase)

const counts = (results: readonly RequirementResult[]): string =>
  `tests="${results.length}" failures="${results.filter(isFailure).length}" errors="0" skipped="${results.filter(isSkipped).length}"`

function suite(phase: Phase, results: readonly RequirementResult[]): string {
  if (results.length === 0) return ''
  return [
    `  <testsuite name="${phase}" ${counts(results)}>`,
    ...results.map(testCase),
    '  </testsuite>',
  ].join('\n')
}

function testCase(result: RequirementResult): string {
  const { title, phase } = requirementOf(result.id)
  const name = escapeMarkup(`${result.id}: ${title}`)
  const open = `    <testcase classname="conformance.${phase}" name="${name}"`
  const text = escapeMarkup(explanationOf(result).map(lineOf).join('\n'))
  if (isFailure(result)) return `${open}><failure message="${result.verdict}">${text}</failure></testcase>`
  if (isSkipped(result)) return `${open}><skipped message="${text.replaceAll('\n', ' ')}"/></testcase>`
  if (result.verdict === 'advice') return `${open}><system-out>${text}</system-out></testcase>`
  return `${open}/>`
}
