/** Milliseconds that a used state is remembered: as long as the code that came with it can live. */
const memory = 300_000

/**
 * The states that have come back lately. Two requests at once each read the session before either has written
 * it, so the session alone cannot tell that a callback comes twice.
 */
export class UsedStates {
  readonly #usedAt = new Map<string, number>()

  /** Notes that `state` is used now; false when it was before. */
  use(state: string): boolean {
    const now = Date.now()
    for (const [old, usedAt] of this.#usedAt) {
      if (now - usedAt < memory) break
      this.#usedAt.delete(old)
    }
    if (this.#usedAt.has(state)) return false
    this.#usedAt.set(state, now)
    return true
  }
}
