import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers'

/** An HTTP server on 127.0.0.1 that can leave its port and come back to it. */
export class Listener {
  readonly #server: Server
  readonly port: number

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  /** Opens a port (0: a free one). */
  static async open(port: number): Promise<Listener> {
    const server = createServer()
    await listen(server, port)
    return new Listener(server)
  }

  /** Says who answers the requests. */
  handle(handler: RequestListener): void {
    this.#server.on('request', handler)
  }

  /** Closes the port and every connection, those with an unanswered request too. Calls to it are refused. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
    // The operating system's handle is closed in the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Opens the same port again. */
  async listenAgain(): Promise<void> {
    if (!this.#server.listening) await listen(this.#server, this.port)
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
