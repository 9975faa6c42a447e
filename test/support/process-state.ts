const RealDate = Date
let ahead = 0

/** Moves the clock of this process ahead by some seconds, or back if they are negative. */
export function putClock(secondsAhead: number): void {
  ahead = Math.round(secondsAhead * 1000)
  globalThis.Date = MovedDate as DateConstructor
}

class MovedDate extends RealDate {
  constructor(...parts: [] | ConstructorParameters<typeof RealDate>) {
    if (parts.length === 0) super(RealDate.now() + ahead)
    else super(...(parts as [string]))
  }
  static override now() {
    return RealDate.now() + ahead
  }
}

/** Returns the bytes of the heap in use after a garbage collection. Needs `--expose-gc`. */
export async function heapInUse(): Promise<number> {
  // Objects that have ended release their memory in the following turns of the event loop.
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}
