/** IDs that were seen recently. Each is remembered for at least a given time, and at most for twice that time. */
export class RecentIds {
  readonly #memory: number
  #recent = new Set<string>()
  #earlier = new Set<string>()
  #since = Date.now()

  /** @param memory - how long to remember an ID at least, in milliseconds */
  constructor(memory: number) {
    this.#memory = memory
  }

  /** Whether an ID was seen recently. */
  has(id: string): boolean {
    this.#forget()
    return this.#recent.has(id) || this.#earlier.has(id)
  }

  add(id: string): void {
    this.#forget()
    this.#recent.add(id)
  }

  // Deletes many IDs at once. If the oldest were deleted one by one, to find the next one would take longer each time.
  #forget(): void {
    const age = Date.now() - this.#since
    if (age < this.#memory) return
    const isNext = age < 2 * this.#memory
    this.#earlier = isNext ? this.#recent : new Set()
    this.#recent = new Set()
    this.#since += isNext ? this.#memory : age
  }
}
