import connectPostgres from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import type { ErrorRequestHandler } from 'express'
import session, { type Store } from 'express-session'
import { once } from 'node:events'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { isOneLoginError, type OneLoginOptions } from '../../lib/index.ts'
import { heapInUse, putClock } from '../support/process-state.ts'
import { startService } from '../support/service.ts'
import type { StoreServer } from './store-server.ts'
import { waitingForReplica } from './waiting-client.ts'

/** The points at which a test can hold a service process. */
export type WaitingPoint = 'sign-in' | 'back-channel-logout'

/** The settings of a service process, as JSON in its environment. */
export interface ServiceProcessSettings {
  readonly store: Pick<StoreServer, 'kind' | 'url' | 'waits'>
  /** All of the strategy's but the callback URL. */
  readonly options: Omit<OneLoginOptions, 'callbackURL'>
  readonly waitAt?: WaitingPoint
  /** The port. Default: a free one. */
  readonly port?: number
  /** Its address for browsers. Default: its own. */
  readonly publicURL?: string
}

/** Its messages: where it listens, and later where it waits or how much memory it uses. */
export type ServiceProcessMessage =
  { readonly url: string } | { readonly waitsAt: WaitingPoint } | { readonly heap: number }

/** The commands that it accepts. Any other message lets it continue where it waits. */
export type ServiceProcessCommand = { readonly secondsAhead: number } | { readonly measures: 'heap' }

const { SERVICE_PROCESS = '{}' } = process.env
const { store, options, waitAt, port, publicURL } = JSON.parse(SERVICE_PROCESS) as ServiceProcessSettings

const tell = (message: ServiceProcessMessage) => process.send?.(message)

async function waitIfAt(point: WaitingPoint): Promise<void> {
  if (point !== waitAt) return
  tell({ waitsAt: point })
  await once(process, 'message')
}

function openStore(): Store | Promise<Store> {
  return store.kind === 'redis' ? openRedis() : openPostgres()
}

async function openRedis(): Promise<Store> {
  // Without "disableOfflineQueue", requests wait until Redis is available.
  const client = createClient({
    url: store.url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: 50 },
  })
  // Without a listener a lost connection ends the process.
  client.on('error', () => undefined)
  await client.connect()
  return new RedisStore({ client: store.waits === true ? waitingForReplica(client) : client })
}

function openPostgres(): Store {
  const pool = new Pool({ connectionString: store.url, connectionTimeoutMillis: 2000, max: 10 })
  pool.on('error', () => undefined)
  const PostgresStore = connectPostgres(session)
  return new PostgresStore({ pool, pruneSessionInterval: false, errorLog: () => undefined })
}

/**
 * express-session hands the store's own errors on, before any code of the package runs: mounted right behind the
 * sessions, this makes 503 of them.
 */
const sessionFailed: ErrorRequestHandler = (error, _req, res, next) => {
  if (isOneLoginError(error)) next(error)
  else res.status(503).set('Cache-Control', 'no-store').json({ code: 'session_store_failed' })
}

const settings = (url: string) => ({ ...options, callbackURL: `${publicURL ?? url}/auth/callback` })
const service = await startService(settings, {
  store: await openStore(),
  ...(port !== undefined && { port }),
  verify: async (user) => {
    await waitIfAt('sign-in')
    return user
  },
  routes: (app, oneLogin) => {
    app.use(sessionFailed)
    app.use(oneLogin.routes({ onBackChannelLogout: () => waitIfAt('back-channel-logout') }))
    return false
  },
})
// The test run may have ended otherwise.
process.once('disconnect', () => process.exit())
// A deployment stops it like this.
process.once('SIGTERM', () => void service.drain().then(() => process.exit()))
process.on('message', (command: ServiceProcessCommand | string) => {
  if (typeof command === 'string') return
  if ('secondsAhead' in command) putClock(command.secondsAhead)
  else {
    // A list for tests, which is not part of a service.
    service.errors.length = 0
    void heapInUse().then((heap) => tell({ heap }))
  }
})
tell({ url: service.url })
