import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileProblem } from '../file-problem.ts'
import { isListening } from './listening.ts'
import { pause } from './pause.ts'

const pollEvery = 50
const graceToStop = 5000
const graceToExit = 300
const keptOutput = 2000

/** How to start a service. */
export interface ServiceCommand {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The address at which it listens. */
  readonly url: URL
  readonly startTimeout: number
  /** Stops the run. */
  readonly signal: AbortSignal
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
    return this.#child !== undefined && !hasExited(this.#child)
  }

  /** The last output of the process. */
  get output(): string {
    return this.#output.trim()
  }

  /**
   * Starts the process and waits until its port is open.
   *
   * @returns whether the port is open
   * @throws the reason of the signal, if the run is stopped before the end
   */
  async start(): Promise<boolean> {
    const { url, startTimeout, signal } = this.#settings
    signal.throwIfAborted()
    const child = this.#spawn()
    const deadline = Date.now() + startTimeout
    while (Date.now() < deadline) {
      await pause(pollEvery, signal)
      if (child.pid === undefined || hasExited(child)) return false
      if (await isListening(url)) return true
    }
    return false
  }

  #spawn(): ChildProcess {
    const [file = '', ...args] = this.#settings.command
    this.#output = ''
    // Has its own process group, so that its child processes can be stopped too.
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    const child = spawn(file, args, { env: this.#settings.env, detached: true, stdio: [...stdio] })
    this.#child = child
    child.once('error', (error) => {
      this.#output = `${file} ${fileProblem(error, 'run')}`
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-keptOutput)
      })
    process.once('exit', this.#kill)
    return child
  }

  /** Waits, because a process that closed a connection may be about to exit. */
  async mayExit(): Promise<void> {
    const child = this.#child
    if (child && this.isRunning)
      await Promise.race([once(child, 'exit'), wait(graceToExit, undefined, { ref: false })])
  }

  /** Stops the process and its child processes. */
  async stop(): Promise<void> {
    const child = this.#child
    if (!child) return
    if (child.pid !== undefined) {
      signalGroup(child.pid, 'SIGTERM')
      const deadline = Date.now() + graceToStop
      while (Date.now() < deadline && !(hasExited(child) && !(await isListening(this.#settings.url))))
        await wait(pollEvery)
      this.#kill()
      if (!hasExited(child)) await once(child, 'exit')
    }
    process.off('exit', this.#kill)
    this.#child = undefined
  }

  async restart(): Promise<boolean> {
    await this.stop()
    return this.start()
  }

  readonly #kill = (): void => {
    const pid = this.#child?.pid
    if (pid !== undefined) signalGroup(pid, 'SIGKILL')
  }
}

const hasExited = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The whole group has already ended.
  }
}
