import { RecentIds } from '../tokens/recent-ids.ts'

/** Milliseconds that a used state is remembered: as long as the code that came with it can live. */
const memory = 300_000

/**
 * The states that have come back lately. Two requests at once each read the session before either has written
 * it, so the session alone cannot tell that a callback comes twice.
 */
export class UsedStates {
  readonly #used = new RecentIds(memory)

  /** Notes that `state` is used now; false when it was before. */
  use(state: string): boolean {
    if (this.#used.has(state)) return false
    this.#used.add(state)
    return true
  }
}
