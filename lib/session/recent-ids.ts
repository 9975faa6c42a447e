/** Ids that came lately: each is remembered for a time and then forgotten, so that they do not grow without end. */
export class RecentIds {
  readonly #memory: number
  readonly #cameAt = new Map<string, number>()

  /** @param memory - milliseconds that an id is remembered */
  constructor(memory: number) {
    this.#memory = memory
  }

  /** Whether an id came lately. */
  has(id: string): boolean {
    for (const [old, cameAt] of this.#cameAt) {
      if (Date.now() - cameAt < this.#memory) break
      this.#cameAt.delete(old)
    }
    return this.#cameAt.has(id)
  }

  /** Notes that an id comes now. */
  add(id: string): void {
    this.#cameAt.set(id, Date.now())
  }
}
