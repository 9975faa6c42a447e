import type { Writable } from 'node:stream'

/**
 * Resolves when the reader of the output has gone, as `| head` does. What is written after that is lost. If the output
 * cannot be written for another reason, such as a full disk, the process ends with 1.
 */
export function outputClosed(...streams: readonly Writable[]): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of streams)
      stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
        if (code === 'EPIPE') {
          resolve()
          return
        }
        process.stderr.write(`Could not write the output (${code ?? message}).\n`)
        process.exit(1)
      })
  })
}
