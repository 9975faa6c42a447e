import type { ServerResponse } from 'node:http'
import type { RecordedRequest } from '../../simulator/index.ts'
import { coloured, writeJson, writeLine, type Terminal } from '../terminal.ts'
import type { ConfiguredSimulator } from './configured-simulator.ts'

/** Writes a line for each request to One Login after its response, with what was wrong with it. */
export class RequestLines {
  readonly #terminal: Terminal
  readonly #asJson: boolean
  readonly #written = new WeakSet<RecordedRequest>()

  constructor(terminal: Terminal, asJson: boolean) {
    this.#terminal = terminal
    this.#asJson = asJson
  }

  /** Waits for a response. */
  follow(simulator: ConfiguredSimulator, res: ServerResponse): void {
    const { requests } = simulator.simulator
    res.once('close', () => {
      // Requests that get a response at the same time are among the last ones.
      for (const request of requests.slice(-100)) {
        if (request.status === undefined || this.#written.has(request)) continue
        this.#written.add(request)
        this.#write(request)
      }
    })
  }

  #write({ method, path, status, problem }: RecordedRequest): void {
    const { stdout } = this.#terminal
    if (this.#asJson) {
      writeJson(stdout, { event: 'request', method, path, status, ...(problem !== undefined && { problem }) })
      return
    }
    const colour = problem === undefined ? 'green' : 'red'
    const why = problem === undefined ? '' : `  ${problem}`
    writeLine(stdout, `${coloured(stdout, colour, String(status))}  ${method} ${path}${why}`)
  }
}
