import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { WriteStream } from 'node:tty'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { runCommand } from '../../lib/cli/command.ts'
import { libraryWords, saysWhatToSet } from '../docs/action.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Variables = Readonly<Record<string, string | undefined>>

/** The result of a run of the command. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A stream that stores what is written to it. */
export class Page extends Writable {
  readonly isTTY: boolean
  text = ''

  constructor(isTTY = false) {
    super()
    this.isTTY = isTTY
  }

  /** As many colours as a real terminal would show, by the environment. */
  getColorDepth(): number {
    return WriteStream.prototype.getColorDepth.call(this)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    this.emit('text')
    done()
  }
}

/** Runs the command in this process, to its end. */
export async function run(args: readonly string[], env: Variables = {}, stdout = new Page()): Promise<Ended> {
  const stderr = new Page()
  const code = await runCommand(args, { stdout, stderr, env, interruption: () => Promise.resolve() })
  checkMessages(stderr.text)
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** Expects each line about what went wrong to say what to do, in the command's own words. */
export function checkMessages(stderr: string): void {
  expect(stderr).not.toMatch(libraryWords)
  for (const line of stderr
    .replace(/^See: .*|^Usage: [^]*/gm, '')
    .split('\n')
    .filter(Boolean))
    expect(line).toSatisfy(saysWhatToSet)
}

/** Runs the command in its own process, as a user does. */
export async function runProcess(args: readonly string[], env: Variables = {}): Promise<Ended> {
  const { ended } = startProcess(args, env)
  return ended
}

/** Starts the command in its own process. */
export function startProcess(args: readonly string[], env: Variables = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/cli/main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const stdout = new Page()
  const stderr = new Page()
  child.stdout.pipe(stdout)
  child.stderr.pipe(stderr)
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout.text,
    stderr: stderr.text,
  }))
  return { child, stdout, stderr, ended }
}

/** The line that the simulator writes when it is ready. */
export interface Listening {
  readonly event: 'listening'
  /** The port on which it listens, which its address need not have. */
  readonly port: number
  readonly url: string
  readonly variables: Readonly<Record<string, string>>
}

/** The first line that a simulator wrote in JSON. */
export async function readiness(stdout: Page, failed: Promise<unknown>): Promise<Listening> {
  while (!stdout.text.includes('\n')) {
    const first = await Promise.race([once(stdout, 'text'), failed])
    if (!Array.isArray(first)) throw new Error(`It ended before it was ready: ${JSON.stringify(first)}`)
  }
  return JSON.parse(stdout.text.split('\n')[0] ?? '') as Listening
}

/** A simulator that runs in this process. */
export interface RunningSimulator extends Listening {
  /** The lines that it wrote about requests. */
  lines(): readonly Readonly<Record<string, unknown>>[]
  /** Stops it as Ctrl-C does, and returns its exit code. */
  stop(): Promise<number>
  /** Sends `POST /config`. */
  configure(body: unknown): Promise<Response>
  /** Sends `GET /config`. */
  configuration(): Promise<Configuration>
}

/** The response of `GET /config`. */
export interface Configuration {
  readonly clientConfiguration: Readonly<Record<string, unknown>>
  readonly responseConfiguration: Readonly<Record<string, unknown>>
  readonly errorConfiguration: Readonly<Record<string, unknown>>
  readonly simulatorUrl: string
  readonly publishNewIdTokenKeysEnabled: boolean
  readonly usingNewIdTokenSigningKeys: boolean
}

/** Starts a simulator on a free port, and stops it when the test ends. */
export async function startSimulatorCommand(
  env: Variables = {},
  args: readonly string[] = [],
): Promise<RunningSimulator> {
  const stdout = new Page()
  const stderr = new Page()
  const interruption = new AbortController()
  const interrupted = once(interruption.signal, 'abort')
  const ended = runCommand(['simulator', '--port', '0', '--json', ...args], {
    stdout,
    stderr,
    env,
    interruption: () => interrupted,
  })
  const stop = async () => {
    interruption.abort()
    return ended
  }
  onTestFinished(async () => {
    await stop()
  })
  const failed = ended.then((code) => ({ code, stderr: stderr.text }))
  const listening = await readiness(stdout, failed)
  const config = () => `http://127.0.0.1:${listening.port}/config`
  return {
    ...listening,
    stop,
    lines: () =>
      stdout.text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    configure: (body) =>
      fetch(config(), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    configuration: async () => (await (await fetch(config())).json()) as Configuration,
  }
}
