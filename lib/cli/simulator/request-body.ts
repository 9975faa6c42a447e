import type { IncomingMessage } from 'node:http'

const longestBody = 1024 * 1024

/** Returns the body of a request, or nothing if it is longer than 1 MiB. */
export async function bodyOf(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= longestBody) chunks.push(chunk)
  }
  return size > longestBody ? undefined : Buffer.concat(chunks).toString()
}
