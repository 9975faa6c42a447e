import type { Writable } from 'node:stream'

/** Resolves when the reader of the output has gone, as `| head` does. What is written after that is lost. */
export function outputClosed(...streams: readonly Writable[]): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of streams)
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error
        resolve()
      })
  })
}
