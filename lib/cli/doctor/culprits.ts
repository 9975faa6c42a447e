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
 * @param isRefused - requests one item alone
 */
export async function findCulprits<Item>(
  items: readonly Item[],
  isRefused: (item: Item) => Promise<boolean>,
  calls: Pick<Calls, 'left'>,
): Promise<Culprits<Item>> {
  const refused: Item[] = []
  for (const [index, item] of items.entries()) {
    const rest = items.slice(index)
    if (rest.length === 1 && refused.length === 0) return { items: rest, areAllFound: true }
    if (calls.left <= 1) return { items: [...refused, ...rest], areAllFound: false }
    if (await isRefused(item)) refused.push(item)
  }
  return { items: refused, areAllFound: true }
}
