import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer, type AddressInfo, type Server as TcpServer } from 'node:net'

/** A server that listens until the end of the block that started it. */
export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** Stops listening and waits for the running requests. */
  drain(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a server on 127.0.0.1: on a free port if none is given. */
export async function listen(server: Server | TcpServer, onPort = 0): Promise<Listening> {
  server.listen(onPort, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    drain: () => new Promise((resolve) => void server.close(() => resolve())),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}

/** Systems give out ports from 32768 for port 0, or higher. A port below cannot go to a server of another test. */
const lowestPort = 20_000
const highestPort = 32_767

/** Returns a port of 127.0.0.1 that nothing listens on, for a server that another process starts. */
export async function freePort(): Promise<number> {
  try {
    await using server = await listen(createServer(), randomInt(lowestPort, highestPort + 1))
    return server.port
  } catch {
    return freePort()
  }
}
