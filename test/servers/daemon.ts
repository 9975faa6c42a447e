import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'

/** A server program that a test started. */
export interface Daemon {
  readonly process: ChildProcess
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>
}

/**
 * Starts a server program and waits until it is ready.
 *
 * @param isReady - recognises the output of a ready server
 */
export async function startDaemon(
  command: string,
  args: readonly string[],
  isReady: RegExp,
  options: SpawnOptions = {},
): Promise<Daemon> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    const listen = (text: Buffer) => {
      said += text.toString()
      if (isReady.test(said)) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('error', reject)
    child.once('close', (code) => {
      reject(new Error(`${command} ended with ${code ?? 'a signal'}: ${said}`))
    })
  })
  return {
    process: child,
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}
