import { packageVersion } from '../../../package-version.ts'
import { requirementOf } from '../catalogue/catalogue.ts'
import type { RequirementResult } from '../results.ts'
import { verdicts } from './summary.ts'

/** Returns the report as JSON: the verdict of each requirement, and each check with what was done and the result. */
export function jsonReport(page: URL, results: readonly RequirementResult[]): object {
  const counts = verdicts.map((verdict) => [
    verdict,
    results.filter((result) => result.verdict === verdict).length,
  ])
  return {
    version: packageVersion,
    page: page.href,
    counts: Object.fromEntries(counts) as object,
    requirements: results.map(({ id, verdict, checks }) => {
      const { phase, rule, title, why, link } = requirementOf(id)
      return { id, phase, rule, verdict, title, why, link, checks }
    }),
  }
}
