// The processes of the bench, and the figures from their reports.
import { fork, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AppSettings, Cost } from './app.ts'

/** A running app of the bench. */
export interface BenchApp {
  readonly name: string
  readonly url: string
  /** Returns the cost since the last call. */
  cost(): Promise<Cost>
  stop(): void
}

/** The running provider of the bench. */
export interface BenchProvider {
  readonly issuer: string
  stop(): void
}

/** The key that all apps sign with. */
export const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

/** Starts the provider. With `identity`, its users have one. */
export async function startProvider(): Promise<BenchProvider> {
  const { child, hello } = await start('provider.ts')
  return { issuer: hello.issuer ?? '', stop: () => child.kill() }
}

/** Starts one of `apps/`. */
export async function startApp(
  name: string,
  settings: Omit<AppSettings, 'privateKey'>,
  ...flags: readonly string[]
): Promise<BenchApp> {
  const argument = JSON.stringify({ ...settings, privateKey } satisfies AppSettings)
  const { child, hello } = await start(`apps/${name}.ts`, [argument], flags)
  const cost = async () => {
    child.send('cost')
    return ((await once(child, 'message')) as [Cost])[0]
  }
  return { name, url: hello.url ?? '', cost, stop: () => child.kill() }
}

async function start(
  file: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<{ child: ChildProcess; hello: { url?: string; issuer?: string } }> {
  const child = fork(new URL(file, import.meta.url), args, { execArgv: ['--import', 'tsx', ...flags] })
  const [hello] = (await once(child, 'message')) as [{ url?: string; issuer?: string }]
  return { child, hello }
}

export function median(numbers: readonly number[]): number {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  )
}

/** Returns the number that `share` of them are below. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN
}
