// What the apps of the bench have in common: a process of its own that is told what to be, and says what it cost.
import type { Express } from 'express'
import { listen } from '../test/support/listen.ts'

/** What one app of the bench is told. */
export interface AppSettings {
  readonly issuer: string
  readonly identity: boolean
  readonly requestObject: boolean
  readonly privateKey: string
}

/** What an app costs from one question to the next. */
export interface Cost {
  /** Milliseconds of CPU. */
  readonly cpu: number
  /** Bytes of memory at its peak, for the whole life of the process. */
  readonly memory: number
  /** Bytes on the heap; of what is in use where the process can collect its garbage first. */
  readonly heap: number
}

export const clientId = 'bench-client'
export const didController = 'did:web:bench'

/** Runs an app: `make` builds it, once the address that it will have is known. */
export function runApp(make: (settings: AppSettings, url: string) => Promise<Express> | Express): void {
  const settings = JSON.parse(process.argv[2] ?? '{}') as AppSettings
  let handle: Express | undefined
  void import('node:http').then(async ({ createServer }) => {
    const server = createServer((request, response) => void handle?.(request, response))
    server.keepAliveTimeout = 60_000
    const { url } = await listen(server)
    handle = await make(settings, url)
    let before = process.cpuUsage()
    process.on('message', () => {
      const { user, system } = process.cpuUsage(before)
      const memory = process.resourceUsage().maxRSS * 1024
      globalThis.gc?.()
      process.send?.({
        cpu: (user + system) / 1000,
        memory,
        heap: process.memoryUsage().heapUsed,
      } satisfies Cost)
      before = process.cpuUsage()
    })
    process.send?.({ url })
  })
}
