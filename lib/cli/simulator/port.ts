import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listeningProblem } from '../listening-problem.ts'
import { Failure } from '../subcommand.ts'

/** An open port. */
export interface Port {
  readonly number: number
  /** Closes the port and every connection. */
  close(): Promise<void>
}

/**
 * Listens on a port.
 *
 * @param number - the port, or 0 for a free one
 * @param handler - called for each request, so that it can be replaced
 * @throws Failure if the port cannot be opened
 */
export async function openPort(number: number, host: string, handler: RequestListener): Promise<Port> {
  const server = createServer(handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const flag = /^E(?:ADDRNOTAVAIL|NOTFOUND|AI_AGAIN)$/.test(error.code ?? '') ? '--host' : '--port'
      reject(
        new Failure(
          `Could not open port ${number} of ${host}: ${listeningProblem(error)}. Set another one with ${flag}.`,
        ),
      )
    })
    server.listen(number, host, resolve)
  })
  return {
    number: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
