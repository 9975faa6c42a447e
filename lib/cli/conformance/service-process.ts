import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const pollEvery = 50
const graceToStop = 5000
const keptOutput = 2000

/** How to start a service. */
export interface ServiceCommand {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The address at which it listens. */
  readonly url: URL
  readonly startTimeout: number
}

/** A service that this command starts, watches and restarts. */
export class ServiceProcess {
  readonly #settings: ServiceCommand
  #child: ChildProcess | undefined
  #output = ''

  constructor(settings: ServiceCommand) {
    this.#settings = settings
  }

  /** Whether the process runs. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** The last output of the process. */
  get output(): string {
    return this.#output.trim()
  }

  /**
   * Starts the process and waits until its port is open.
   *
   * @returns whether the port is open
   */
  async start(): Promise<boolean> {
    const [file = '', ...args] = this.#settings.command
    const { env, url, startTimeout } = this.#settings
    this.#output = ''
    // Has its own process group, so that its child processes can be stopped too.
    const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-keptOutput)
      })
    const failed = once(child, 'error').then(([error]) => {
      this.#output = error instanceof Error ? error.message : String(error)
      this.#child = undefined
    })
    failed.catch(() => undefined)
    const deadline = Date.now() + startTimeout
    while (Date.now() < deadline) {
      if (!(await Promise.race([failed.then(() => false), wait(pollEvery, true)]))) return false
      if (!this.isRunning) return false
      if (await isListening(url)) return true
    }
    return false
  }

  /** Waits, because a process that closed a connection may be about to exit. */
  async mayExit(): Promise<void> {
    const child = this.#child
    if (child && this.isRunning)
      await Promise.race([once(child, 'exit'), wait(300, undefined, { ref: false })])
  }

  /** Stops the process and its child processes. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined) return
    const isOver = child.exitCode !== null || child.signalCode !== null
    const over = isOver ? Promise.resolve() : once(child, 'exit')
    signalGroup(child.pid, 'SIGTERM')
    const stopped = await Promise.race([over.then(() => true), wait(graceToStop, false, { ref: false })])
    if (!stopped) signalGroup(child.pid, 'SIGKILL')
    await over
    await this.#portIsFree()
  }

  async restart(): Promise<boolean> {
    await this.stop()
    return this.start()
  }

  /** A child process can hold the port a little longer. */
  async #portIsFree(): Promise<void> {
    const deadline = Date.now() + graceToStop
    while (Date.now() < deadline && (await isListening(this.#settings.url))) await wait(pollEvery)
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The whole group has already ended.
  }
}

/** Whether a server listens at the host and port of an address. */
export function isListening({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    })
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.setTimeout(1000, () => end(false))
  })
}
