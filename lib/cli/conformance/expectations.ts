import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { UsageError } from '../subcommand.ts'
import { isRequirementId } from './catalogue/catalogue.ts'
import type { RequirementResult } from './results.ts'

const expected = v.record(
  v.pipe(v.string(), v.check(isRequirementId, 'Unknown requirement')),
  v.picklist(['broken', 'crashed']),
)

/** The requirements that are known to be broken, each with its verdict. */
export type Expectations = Readonly<Record<string, 'broken' | 'crashed'>>

/**
 * Reads a file of expectations, in JSON: `{ "session-renewed": "broken" }`.
 *
 * @throws UsageError if it cannot be used
 */
export async function readExpectations(file: string): Promise<Expectations> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(file, 'utf8'))
  } catch {
    throw new UsageError(`--expect: ${file} cannot be read, or is not JSON.`)
  }
  const { success, output, issues } = v.safeParse(expected, content)
  if (success) return output
  const [{ message, path }] = issues
  const where = path ? `"${path.map(({ key }) => String(key)).join('.')}": ` : ''
  throw new UsageError(`--expect: ${file}: ${where}${message}.`)
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
