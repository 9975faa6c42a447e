// The common parts of the bench's apps. Each app runs in its own process, gets its settings in a message, and reports
// its cost.
import type { Express } from 'express'
import { MemoryStore, type Store } from 'express-session'
import { listen } from '../test/support/listen.ts'

/** The settings of an app. */
export interface AppSettings {
  readonly issuer: string
  readonly identity: boolean
  readonly requestObject: boolean
  readonly privateKey: string
  /** The store of its sessions. If not set, its memory. */
  readonly redisURL?: string | undefined
}

/** The cost of an app between two questions. */
export interface Cost {
  /** In milliseconds of CPU. */
  readonly cpu: number
  /** The peak memory of the process, in bytes. */
  readonly memory: number
  /** The bytes on the heap. Only those in use, if the process can collect its garbage first. */
  readonly heap: number
}

export const clientId = 'bench-client'
export const didController = 'did:web:bench'

/** Opens the store of the sessions. */
export async function openStore(redisURL: string | undefined): Promise<Store> {
  if (redisURL === undefined) return new MemoryStore()
  const { RedisStore } = await import('connect-redis')
  const { createClient } = await import('redis')
  return new RedisStore({ client: await createClient({ url: redisURL }).connect() })
}

/** Runs an app. `make` builds it as soon as its address is known. */
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
