// Measures the cost of one call: CPU of the whole process, and bytes on the heap.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from './processes.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const batches = 15
const callsPerBatch = 200

/** The cost of one call. */
export interface CallCost {
  readonly microseconds: number
  readonly bytes: number
}

/**
 * Calls a function many times, in batches, and returns medians.
 *
 * @param call - the call to measure
 * @param prepare - creates the input of each call, outside the measurement
 */
export async function costOf<Needed>(
  call: (needed: Needed) => unknown,
  prepare: () => Needed = () => undefined as Needed,
): Promise<CallCost> {
  const microseconds: number[] = []
  const bytes: number[] = []
  for (let batch = -3; batch < batches; batch++) {
    const needed = Array.from({ length: callsPerBatch }, prepare)
    collectGarbage()
    const heap = process.memoryUsage().heapUsed
    const before = process.cpuUsage()
    for (const one of needed) {
      const response = call(one)
      if (response instanceof Promise) await response
    }
    const { user, system } = process.cpuUsage(before)
    if (batch < 0) continue // warms up
    microseconds.push((user + system) / callsPerBatch)
    bytes.push((process.memoryUsage().heapUsed - heap) / callsPerBatch)
  }
  return { microseconds: median(microseconds), bytes: median(bytes) }
}
