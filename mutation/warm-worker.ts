import {
  ThreadsPoolWorker,
  type PoolOptions,
  type PoolRunnerInitializer,
  type WorkerRequest,
} from 'vitest/node'

type Listener = Parameters<ThreadsPoolWorker['on']>[1]

/** How many runs share a thread. A mutant may leave something behind in it, which must not kill many others. */
const runsPerThread = Number(process.env.MUTATION_RUNS_PER_THREAD ?? 20)

let thread: ThreadsPoolWorker | undefined
let runs = 0

/**
 * A worker whose thread outlives the run, so that the next mutant finds what it imports loaded. A mutant that is active
 * while modules load gets a new thread, and so does the run after it.
 */
class WarmWorker {
  readonly name = 'warm'
  private readonly options: PoolOptions
  private readonly listeners: [string, Listener][] = []
  private readonly loadsAnew: boolean
  private hasStopped = false

  constructor(options: PoolOptions) {
    this.options = options
    const { mode, mutantActivation } = options.project.getProvidedContext() as Record<string, unknown>
    this.loadsAnew = mode !== 'mutant' || mutantActivation === 'static'
  }

  async start(): Promise<void> {
    if (this.loadsAnew || runs >= runsPerThread) await end()
    if (!thread) {
      thread = new ThreadsPoolWorker(this.options)
      await thread.start()
    }
    runs++
  }

  on(event: string, listener: Listener): void {
    this.listeners.push([event, listener])
    thread?.on(event, listener)
  }

  off(event: string, listener: Listener): void {
    thread?.off(event, listener)
  }

  send(message: WorkerRequest): void {
    if (message.type !== 'stop') {
      thread?.send(message)
      return
    }
    this.hasStopped = true
    const stopped = { type: 'stopped', __vitest_worker_response__: true }
    for (const [event, listener] of this.listeners) if (event === 'message') listener(stopped)
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.listeners) thread?.off(event, listener)
    // Without the message before, the run did not come to its end.
    if (this.loadsAnew || !this.hasStopped) await end()
  }

  deserialize(data: unknown): unknown {
    return data
  }
}

async function end(): Promise<void> {
  const ended = thread
  thread = undefined
  runs = 0
  await ended?.stop()
}

export const warmWorkers: PoolRunnerInitializer = {
  name: 'warm',
  createPoolWorker: (options) => new WarmWorker(options),
}
