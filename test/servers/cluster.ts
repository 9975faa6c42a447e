import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startSimulator, type Simulator } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import type {
  ServiceProcessCommand,
  ServiceProcessMessage,
  ServiceProcessSettings,
  WaitingPoint,
} from './service-process.ts'
import type { StoreServer } from './store-server.ts'

/** A process of the service. */
export class Member {
  readonly url: string
  readonly #process: ChildProcess

  constructor(url: string, process: ChildProcess) {
    this.url = url
    this.#process = process
  }

  /** Resolves when the process waits at its gate. */
  async waits(): Promise<void> {
    await once(this.#process, 'message')
  }

  /** Lets a waiting process continue. */
  goOn(): void {
    this.#process.send('go on')
  }

  /** Puts its clock some seconds ahead of the machine's, or behind. */
  putClock(secondsAhead: number): void {
    if (!this.hasEnded) this.#process.send({ secondsAhead } satisfies ServiceProcessCommand)
  }

  /** Returns the bytes of its heap in use after a garbage collection. */
  async heap(): Promise<number> {
    if (this.hasEnded) return 0
    this.#process.send({ measures: 'heap' } satisfies ServiceProcessCommand)
    const [message] = (await once(this.#process, 'message')) as [ServiceProcessMessage]
    return 'heap' in message ? message.heap : 0
  }

  /** Stops the process as a deployment does: it finishes the running requests. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Kills the process with SIGKILL. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Whether the process has ended. */
  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    await ended
  }
}

/** The address of a process, if it must be known before the start. */
export type Place = Required<Pick<ServiceProcessSettings, 'port' | 'publicURL'>>

/** Processes of one service that share a store, and the simulator they are registered with. */
export class Cluster implements AsyncDisposable {
  readonly op: Simulator
  readonly #store: StoreServer
  readonly #members: Member[] = []

  private constructor(op: Simulator, store: StoreServer) {
    this.op = op
    this.#store = store
  }

  /** Starts the simulator; the processes are started one by one. */
  static async start(store: StoreServer): Promise<Cluster> {
    return new Cluster(await startSimulator({ logoutRetryDelay: 0, logoutTimeout: 60_000 }), store)
  }

  /** Starts a process. One Login sends its back-channel logouts to the latest one. */
  async add(waitAt?: WaitingPoint, place?: Place): Promise<Member> {
    const { callbackURL: _, ...options } = this.op.options
    const settings: ServiceProcessSettings = {
      store: { kind: this.#store.kind, url: this.#store.url, waits: this.#store.waits ?? false },
      options,
      ...(waitAt && { waitAt }),
      ...place,
    }
    const child = fork(fileURLToPath(new URL('./service-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx', '--expose-gc'],
      env: { ...process.env, SERVICE_PROCESS: JSON.stringify(settings) },
    })
    const failed = once(child, 'exit').then(() =>
      Promise.reject(new Error('A process of the service ended at its start')),
    )
    const [message] = (await Promise.race([once(child, 'message'), failed])) as [ServiceProcessMessage]
    failed.catch(() => undefined)
    const member = new Member('url' in message ? message.url : '', child)
    this.#members.push(member)
    const urls = place ? [place.publicURL] : this.#members.map(({ url }) => url)
    this.op.register({
      redirectUris: urls.map((url) => `${url}/auth/callback`),
      backChannelLogoutURL: `${urls.at(-1) ?? ''}/back-channel-logout`,
    })
    return member
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()))
    await this.op.close()
  }
}

/** A browser that has the same cookies for all ports of this machine, as real ones do. */
export class PortBlindBrowser extends Browser {
  override jar(_host: string): Map<string, string> {
    return super.jar('127.0.0.1')
  }
}
