import type { Writable } from 'node:stream'

/** Ends the process without an error when its output is closed, for example by `| head`. */
export function endWhenOutputCloses(...streams: readonly Writable[]): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
}
