import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A back-channel logout as One Login sends it. */
export interface LogoutCall {
  readonly method: string
  readonly type: string | undefined
  readonly body: string
}

/** Receives the simulator's back-channel logouts, so that the run can send them to the service once or twice. */
export class LogoutMailbox {
  readonly #server: Server
  #calls: LogoutCall[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  /** Opens a mailbox on a free port of this machine. */
  static async open(): Promise<LogoutMailbox> {
    const server = createServer()
    const mailbox = new LogoutMailbox(server)
    server.on('request', (req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        const { method = '', headers } = req
        mailbox.#calls.push({ method, type: headers['content-type'], body: Buffer.concat(chunks).toString() })
        res.writeHead(200, { connection: 'close' }).end()
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return mailbox
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** Returns and removes the logouts that have arrived since the last call. */
  take(): LogoutCall[] {
    const calls = this.#calls
    this.#calls = []
    return calls
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
