import session, { MemoryStore, type Store } from 'express-session'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, listen } from '../support/listen.ts'
import { startPostgres } from './postgres-server.ts'
import { startRedis } from './redis-server.ts'

/** A store that a service uses, with the server behind it. */
export interface OpenStore extends AsyncDisposable {
  readonly store: Store
  /** Stops the server. Absent if there is none. */
  readonly crash?: () => Promise<void>
  /** Starts it again with its data. */
  readonly comeBack?: () => Promise<void>
}

/** A kind of store: its packages, and how a service opens it. */
export interface StoreKind {
  readonly name: string
  readonly packages: readonly string[]
  /** Opens the store. `load` returns a package of the list. */
  open(load: Load): Promise<OpenStore>
}

// The packages are installed only for the test, so their types are missing.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
type Load = (name: string) => any

/** Installs packages into their own folder, and returns a function that loads them. */
export async function installPackages(packages: readonly string[]): Promise<Load & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'stores-'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--legacy-peer-deps']
  await promisify(execFile)('npm', ['install', ...flags, 'express-session@1', ...packages], { cwd: folder })
  const load = createRequire(join(folder, 'package.json'))
  return Object.assign((name: string): any => load(name), {
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  })
}

/** Every store that SUPPORT.md names. */
export const storeKinds: readonly StoreKind[] = [
  {
    name: 'memory',
    packages: [],
    open: () => Promise.resolve({ store: new MemoryStore(), [Symbol.asyncDispose]: () => Promise.resolve() }),
  },
  {
    name: 'connect-redis',
    packages: ['connect-redis@9', 'redis@6'],
    open: async (load) => {
      const server = await startRedis()
      const client = load('redis').createClient({
        url: server.url,
        disableOfflineQueue: true,
        socket: { reconnectStrategy: 50 },
      })
      client.on('error', () => undefined)
      await client.connect()
      const { RedisStore } = load('connect-redis')
      return {
        store: new RedisStore({ client }),
        crash: () => server.crash(),
        comeBack: () => server.comeBack(),
        [Symbol.asyncDispose]: async () => {
          client.destroy()
          await server[Symbol.asyncDispose]()
        },
      }
    },
  },
  {
    name: 'connect-pg-simple',
    packages: ['connect-pg-simple@10', 'pg@8'],
    open: async (load) => {
      const server = await startPostgres()
      const pool = new (load('pg').Pool)({ connectionString: server.url, connectionTimeoutMillis: 2000 })
      pool.on('error', () => undefined)
      const PostgresStore = load('connect-pg-simple')(session)
      const settings = { pool, pruneSessionInterval: false, errorLog: () => undefined }
      return withPostgres(server, new PostgresStore(settings), () => pool.end())
    },
  },
  {
    name: 'connect-session-knex',
    packages: ['connect-session-knex@5', 'knex@3', 'pg@8'],
    open: async (load) => {
      const server = await startPostgres()
      const knex = load('knex')({
        client: 'pg',
        connection: server.url,
        acquireConnectionTimeout: 2000,
        pool: { min: 0, max: 5 },
      })
      const { ConnectSessionKnexStore } = load('connect-session-knex')
      const store = new ConnectSessionKnexStore({ knex, createTable: true, cleanupInterval: 0 })
      return withPostgres(server, withoutRejections(store), () => knex.destroy())
    },
  },
  {
    name: 'connect-session-sequelize',
    packages: ['connect-session-sequelize@8', 'sequelize@6', 'pg@8'],
    open: async (load) => {
      const server = await startPostgres()
      const { Sequelize } = load('sequelize')
      const db = new Sequelize(server.url, { logging: false, pool: { acquire: 2000 } })
      const SequelizeStore = load('connect-session-sequelize')(session.Store)
      const store = new SequelizeStore({ db, checkExpirationInterval: -1 })
      await store.sync()
      return withPostgres(server, store, () => db.close())
    },
  },
  {
    name: 'connect-dynamodb',
    packages: ['connect-dynamodb@3', '@aws-sdk/client-dynamodb@3', 'dynalite@4'],
    open: async (load) => {
      const server: Server = load('dynalite')({ createTableMs: 0, deleteTableMs: 0 })
      const listening = await listen(server)
      const gate = await openGate(listening.port)
      const { DynamoDBClient } = load('@aws-sdk/client-dynamodb')
      const client = new DynamoDBClient({
        endpoint: `http://127.0.0.1:${gate.port}`,
        region: 'eu-west-2',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
      })
      const DynamoStore = load('connect-dynamodb')(session)
      const store = new DynamoStore({ client, table: 'sessions', hashKey: 'id', initialized: false })
      await store.initialize?.()
      return {
        store,
        crash: () => gate.close(),
        comeBack: () => gate.open(),
        [Symbol.asyncDispose]: async () => {
          client.destroy()
          await gate.close()
          await listening[Symbol.asyncDispose]()
        },
      }
    },
  },
  {
    name: 'session-file-store',
    packages: ['session-file-store@1'],
    open: async (load) => {
      const folder = await mkdtemp(join(tmpdir(), 'sessions-'))
      const path = join(folder, 'sessions')
      const FileStore = load('session-file-store')(session)
      const store = new FileStore({ path, retries: 0, reapInterval: -1, logFn: () => undefined })
      return {
        store,
        crash: async () => {
          await rename(path, `${path}-away`)
          // A file instead of the folder makes reads and writes fail.
          await writeFile(path, '')
        },
        comeBack: async () => {
          await rm(path)
          await rename(`${path}-away`, path)
        },
        [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
      }
    },
  },
]

function withPostgres(
  server: Awaited<ReturnType<typeof startPostgres>>,
  store: Store,
  close: () => Promise<unknown>,
): OpenStore {
  return {
    store,
    crash: () => server.crash(),
    comeBack: () => server.comeBack(),
    [Symbol.asyncDispose]: async () => {
      await close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A port in front of a server that loses its data when it is closed. */
async function openGate(target: number) {
  const sockets = new Set<Socket>()
  const gate = createServer((client) => {
    const onwards = connect(target, '127.0.0.1')
    client.pipe(onwards).pipe(client)
    for (const socket of [client, onwards]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
  })
  const port = await freePort()
  const open = async () => {
    await listen(gate, port)
  }
  const close = async () => {
    if (!gate.listening) return
    const closed = once(gate, 'close')
    gate.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await open()
  return { port, open, close }
}

/**
 * connect-session-knex calls back with an error and rejects too. No code handles the promise, so without this an outage of
 * the database ends the process.
 */
function withoutRejections(store: Store): Store {
  const methods = store as unknown as Record<string, (...args: unknown[]) => unknown>
  for (const name of ['get', 'set', 'touch', 'destroy']) {
    const method = methods[name]?.bind(store)
    methods[name] = (...args) => void Promise.resolve(method?.(...args)).catch(() => undefined)
  }
  return store
}
