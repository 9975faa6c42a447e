import type { VirtualClock } from './simulated-clock.ts'

/** A map whose entries are gone after some time of the simulator's clock. */
export class ExpiringMap<Value> {
  readonly #clock: VirtualClock
  readonly #lifetime: number
  readonly #entries = new Map<string, { value: Value; until: number }>()

  /**
   * @param clock the simulator's time
   * @param seconds how long an entry lives
   */
  constructor(clock: VirtualClock, seconds: number) {
    this.#clock = clock
    this.#lifetime = seconds * 1000
  }

  /** The value of a live entry. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    return entry && entry.until > this.#clock.now() ? entry.value : undefined
  }

  /** Adds an entry, or gives one a new life. */
  set(key: string, value: Value): void {
    this.#dropExpired()
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: this.#clock.now() + this.#lifetime })
  }

  /** Takes an entry out: its value, if it was still alive. */
  take(key: string): Value | undefined {
    const value = this.get(key)
    this.#entries.delete(key)
    return value
  }

  /** Every live entry's value. */
  values(): Value[] {
    const now = this.#clock.now()
    return [...this.#entries.values()].filter(({ until }) => until > now).map(({ value }) => value)
  }

  /** Drops the entries whose value is such a one. */
  deleteWhere(matches: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.#entries.delete(key)
  }

  #dropExpired(): void {
    const now = this.#clock.now()
    for (const [key, { until }] of this.#entries) {
      // They stand in the order in which they were set, so the rest is younger.
      if (until > now) return
      this.#entries.delete(key)
    }
  }
}
