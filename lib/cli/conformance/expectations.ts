import * as v from 'valibot'
import { readJsonFile } from '../input-file.ts'
import { suggestion } from '../nearest-name.ts'
import { UsageError } from '../subcommand.ts'
import { isRequirementId, requirementIds } from './catalogue/catalogue.ts'
import type { RequirementResult } from './results.ts'

const expected = v.pipe(
  // Valibot's own record also accepts an array.
  v.custom<object>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object. Write it as { "session-renewed": "broken" }',
  ),
  v.record(
    v.pipe(
      v.string(),
      v.check(
        isRequirementId,
        ({ input }) =>
          `is an unknown requirement. ${suggestion(input, requirementIds)}Use --list to see all requirements`,
      ),
    ),
    v.picklist(['broken', 'crashed'], 'must be "broken" or "crashed". Change it'),
  ),
)

/** The requirements that are known to be broken, each with its verdict. */
export type Expectations = Readonly<Record<string, 'broken' | 'crashed'>>

/**
 * Reads a file of expectations, in JSON: `{ "session-renewed": "broken" }`.
 *
 * @throws UsageError if it cannot be used
 */
export async function readExpectations(file: string): Promise<Expectations> {
  const { success, output, issues } = v.safeParse(expected, await readJsonFile('expect', file))
  if (success) return output
  const [{ message, path }] = issues
  const where = path ? `"${path.map(({ key }) => String(key)).join('.')}"` : 'the content'
  throw new UsageError(`--expect: ${file}: ${where} ${message}.`)
}

/** Returns the differences from the expectations. Empty if there are none. */
export function surprises(results: readonly RequirementResult[], expectations: Expectations): string[] {
  return results.flatMap(({ id, verdict }) => {
    const isBad = verdict === 'broken' || verdict === 'crashed'
    const expected = expectations[id]
    if (isBad && expected !== verdict) return [`${id} is ${verdict}${expected ? `, not ${expected}` : ''}.`]
    if (!isBad && expected !== undefined && verdict !== 'not observable')
      return [`${id} is no longer ${expected}. Remove it from the file in --expect.`]
    return []
  })
}
