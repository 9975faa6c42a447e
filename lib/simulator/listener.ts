import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers'

/** An HTTP server on 127.0.0.1 that can close its port and open it again. */
export class Listener {
  readonly #server: Server
  readonly port: number

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  /** Opens a port. 0 opens a free one. */
  static async open(port: number): Promise<Listener> {
    const server = createServer()
    await listen(server, port)
    return new Listener(server)
  }

  handle(handler: RequestListener): void {
    this.#server.on('request', handler)
  }

  /**
   * Closes the port and every connection, including those with a request that has no response yet. Later calls are
   * refused.
   */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
    // The first turn of the event loop closes the handles. In the second, callers in this process see that, so that
    // they do not send their next call into an open connection.
    await turn()
    await turn()
  }

  /** Opens the same port again. */
  async listenAgain(): Promise<void> {
    if (!this.#server.listening) await listen(this.#server, this.port)
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}
