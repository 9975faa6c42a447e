import { setTimeout as wait } from 'node:timers/promises'

/**
 * Waits.
 *
 * @throws the reason of the signal, if the run is stopped before the end
 */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
}
