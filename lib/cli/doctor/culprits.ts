import type { Calls } from './calls.ts'

/** Which of several things is refused. */
export interface Culprits<Item> {
  readonly items: readonly Item[]
  /** Whether they were all told; otherwise one of them at least. */
  readonly areTold: boolean
}

/**
 * Finds which of several things make the provider refuse a request, by asking for them one by one. One call is
 * left over, to ask again without them.
 *
 * @param items - of which one at least is refused
 * @param isRefused - asks for one of them alone
 */
export async function findCulprits<Item>(
  items: readonly Item[],
  isRefused: (item: Item) => Promise<boolean>,
  calls: Pick<Calls, 'left'>,
): Promise<Culprits<Item>> {
  const refused: Item[] = []
  for (const [index, item] of items.entries()) {
    const rest = items.slice(index)
    if (rest.length === 1 && refused.length === 0) return { items: rest, areTold: true }
    if (calls.left <= 1) return { items: [...refused, ...rest], areTold: false }
    if (await isRefused(item)) refused.push(item)
  }
  return { items: refused, areTold: true }
}
