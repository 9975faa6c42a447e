import type { VirtualClock } from './simulated-clock.ts'

/** A map whose entries expire by the simulator's clock. */
export class ExpiringMap<Value> {
  readonly #clock: VirtualClock
  readonly #lifetime: number
  readonly #entries = new Map<string, { value: Value; until: number }>()

  /**
   * @param clock the simulator's clock
   * @param seconds how long an entry lasts
   */
  constructor(clock: VirtualClock, seconds: number) {
    this.#clock = clock
    this.#lifetime = seconds * 1000
  }

  /** Returns the value of an entry that has not expired. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    return entry && entry.until > this.#clock.now() ? entry.value : undefined
  }

  /** Adds an entry, or renews one. */
  set(key: string, value: Value): void {
    this.#dropExpired()
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: this.#clock.now() + this.#lifetime })
  }

  /** Removes an entry. Returns its value if it had not expired. */
  remove(key: string): Value | undefined {
    const value = this.get(key)
    this.#entries.delete(key)
    return value
  }

  /** Returns the values of all entries that have not expired. */
  values(): Value[] {
    const now = this.#clock.now()
    return [...this.#entries.values()].filter(({ until }) => until > now).map(({ value }) => value)
  }

  /** Deletes the entries whose value matches. */
  deleteWhere(matches: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.#entries.delete(key)
  }

  #dropExpired(): void {
    const now = this.#clock.now()
    for (const [key, { until }] of this.#entries) {
      // The entries are in the order in which they were set, so the rest expire later.
      if (until > now) return
      this.#entries.delete(key)
    }
  }
}
