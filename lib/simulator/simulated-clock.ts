/**
 * The simulator's own time. It runs like the real one, shifted by what a test asks for, and every code, token
 * and session of the simulator lives by it.
 *
 * @example
 * ```ts
 * op.clock.advance(301) // an authorization code lives 300 seconds: it is too old now
 * ```
 */
export interface SimulatorClock {
  /** The simulator's time in milliseconds since 1970, as `Date.now()` gives it. */
  now(): number
  /**
   * Moves the time.
   *
   * @param seconds - how far; a negative number moves it back
   */
  advance(seconds: number): void
  /**
   * Sets the time, from where it goes on running.
   *
   * @param time - a date, or milliseconds since 1970
   */
  set(time: Date | number): void
  /** Goes back to the real time. */
  reset(): void
}

/** Real time plus an offset. */
export class VirtualClock implements SimulatorClock {
  #offset = 0

  now(): number {
    return Date.now() + this.#offset
  }

  /** The time as tokens write it: whole seconds since 1970. */
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
