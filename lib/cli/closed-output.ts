import type { Writable } from 'node:stream'

/** Ends the process quietly when the reader of its output has gone, as `| head` does. */
export function endWhenOutputCloses(...streams: readonly Writable[]): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
}
