import type { Check, RequirementResult, Verdict } from '../results.ts'

/** The verdicts, most serious first. */
export const verdicts = ['crashed', 'broken', 'advice', 'not observable', 'kept'] as const satisfies Verdict[]

/** Returns the number of requirements with each verdict, in one line. */
export function summary(results: readonly RequirementResult[]): string {
  const counted = verdicts.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return counted.join(', ')
}

/** Returns the checks that explain a verdict. Empty if the requirement is kept. */
export function explanationOf({ verdict, checks }: RequirementResult): readonly Check[] {
  if (verdict === 'kept') return []
  if (verdict === 'not observable') return checks
  return checks.filter((check) => check.verdict !== 'kept' && check.verdict !== 'not observable')
}

/** Returns a check in one line. */
export const lineOf = ({ name, seen }: Check): string => (name === 'all' ? seen : `${name}: ${seen}`)

/** Escapes text for HTML and XML. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
