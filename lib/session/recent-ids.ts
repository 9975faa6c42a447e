/** IDs that were seen recently. Each is deleted after a time, so that the list does not grow without limit. */
export class RecentIds {
  readonly #memory: number
  readonly #cameAt = new Map<string, number>()

  /** @param memory - how long to remember an ID, in milliseconds */
  constructor(memory: number) {
    this.#memory = memory
  }

  /** Whether an ID was seen recently. */
  has(id: string): boolean {
    for (const [old, cameAt] of this.#cameAt) {
      if (Date.now() - cameAt < this.#memory) break
      this.#cameAt.delete(old)
    }
    return this.#cameAt.has(id)
  }

  add(id: string): void {
    this.#cameAt.set(id, Date.now())
  }
}
