import * as v from 'valibot'
import { nearestName } from '../nearest-name.ts'

// Valibot's own object schemas also accept an array.
const notAList = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)

/** An object with any members. */
export const anyObject = v.pipe(notAList, v.record(v.string(), v.unknown()))

/** An object with these members and no others. */
export function objectOf<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = Object.keys(entries)
  return v.pipe(
    notAList,
    v.strictObject(entries, ({ expected, input }) => {
      return expected === 'never' ? unknownMember(String(input), names) : 'is required'
    }),
  )
}

/** Returns what is wrong with a member that does not exist. */
export function unknownMember(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined
    ? `is unknown. Use one of ${known.join(', ')}`
    : `is unknown. Did you mean ${nearest}?`
}
