/**
 * The simulator's clock. It runs like the real one, plus the offset that a test sets. All codes, tokens and sessions
 * of the simulator use it.
 *
 * @example
 * ```ts
 * op.clock.advance(301) // an authorization code lives 300 seconds: it is too old now
 * ```
 */
export interface SimulatorClock {
  /** Returns the simulator's time in milliseconds since 1970, like `Date.now()`. */
  now(): number
  /**
   * Moves the clock.
   *
   * @param seconds - how far. A negative number moves the clock back
   */
  advance(seconds: number): void
  /**
   * Sets the clock. It continues to run from there.
   *
   * @param time - a date, or milliseconds since 1970
   */
  set(time: Date | number): void
  /** Sets the clock to the real time. */
  reset(): void
}

/** The real time plus an offset. */
export class VirtualClock implements SimulatorClock {
  #offset = 0

  now(): number {
    return Date.now() + this.#offset
  }

  /** Returns the time in whole seconds since 1970, as in tokens. */
  seconds(): number {
    return Math.floor(this.now() / 1000)
  }

  advance(seconds: number): void {
    this.#offset += seconds * 1000
  }

  set(time: Date | number): void {
    this.#offset = Number(time) - Date.now()
  }

  reset(): void {
    this.#offset = 0
  }
}
