import type { Calls } from './calls.ts'

/** The items that One Login rejects. */
export interface Culprits<Item> {
  readonly items: readonly Item[]
  /** Whether all of them were found. If not, only some were. */
  readonly areAllFound: boolean
}

/**
 * Finds the items that make One Login reject a request, by requesting each of them alone. Leaves one call for a
 * request without them.
 *
 * @param items - the items. At least one of them is rejected
 * @param isRefused - requests one item alone. Returns nothing if the response shows neither
 */
export async function findCulprits<Item>(
  items: readonly Item[],
  isRefused: (item: Item) => Promise<boolean | undefined>,
  calls: Pick<Calls, 'left'>,
): Promise<Culprits<Item>> {
  const refused: Item[] = []
  for (const [index, item] of items.entries()) {
    const rest = items.slice(index)
    if (rest.length === 1 && refused.length === 0) return { items: rest, areAllFound: true }
    const refusal = calls.left <= 1 ? undefined : await isRefused(item)
    if (refusal === undefined) return { items: [...refused, ...rest], areAllFound: false }
    if (refusal) refused.push(item)
  }
  return { items: refused, areAllFound: true }
}

const every = new Intl.ListFormat('en-GB')
const either = new Intl.ListFormat('en-GB', { type: 'disjunction' })

/** Returns the items in words: joined with "or" if not all of them need be rejected. */
export function namesOf({ items, areAllFound }: Culprits<string>): string {
  return (areAllFound ? every : either).format(items)
}

/** Whether a sentence about the items needs the plural. */
export function areSeveral({ items, areAllFound }: Culprits<string>): boolean {
  return items.length > 1 && areAllFound
}
