import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { freePort, listen } from '../support/listen.ts'
import type { Daemon } from './daemon.ts'
import { startRedisDaemon } from './redis-server.ts'
import type { ReplicatedStoreServer } from './store-server.ts'

/** The milliseconds in which the old primary still takes writes that the new one never receives. */
const lag = 300

interface Node {
  readonly port: number
  readonly directory: string
  daemon: Daemon
}

/**
 * Starts a Redis with a replica, behind one address as a managed Redis has it. Connections to the address are lost at a
 * fail-over.
 *
 * @param waits - whether services wait until the replica acknowledges a write
 */
export async function startRedisPair(waits: boolean): Promise<ReplicatedStoreServer> {
  let [primary, replica] = [await startNode(), await startNode()]
  await follow(replica, primary)
  const address = await startAddress(() => primary.port)
  return {
    kind: 'redis',
    url: `redis://127.0.0.1:${address.port}`,
    waits,
    crash: () => primary.daemon.end('SIGKILL'),
    comeBack: async () => {
      primary.daemon = await startRedisDaemon(primary.port, primary.directory)
      await isFollowing(replica)
    },
    failOver: async () => {
      await isFollowing(replica)
      await command(replica, ['REPLICAOF', 'NO', 'ONE'])
      await new Promise((resolve) => setTimeout(resolve, lag))
      const old = primary
      primary = replica
      await old.daemon.end('SIGKILL')
      address.disconnect()
      await rm(old.directory, { recursive: true })
      replica = await startNode()
      await follow(replica, primary)
    },
    [Symbol.asyncDispose]: async () => {
      await address[Symbol.asyncDispose]()
      for (const { daemon, directory } of [primary, replica]) {
        await daemon.end('SIGKILL')
        await rm(directory, { recursive: true })
      }
    },
  }
}

async function startNode(): Promise<Node> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'))
  const port = await freePort()
  return { port, directory, daemon: await startRedisDaemon(port, directory) }
}

async function follow(replica: Node, primary: Node): Promise<void> {
  await command(primary, ['CONFIG', 'SET', 'repl-diskless-sync-delay', '0'])
  await command(replica, ['REPLICAOF', '127.0.0.1', String(primary.port)])
  await isFollowing(replica)
}

/** Resolves when a replica has all that its primary has. */
async function isFollowing(replica: Node): Promise<void> {
  while (!String(await command(replica, ['INFO', 'replication'])).includes('master_link_status:up'))
    await new Promise((resolve) => setTimeout(resolve, 20))
}

async function command({ port }: Node, words: readonly string[]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.sendCommand([...words])
  } finally {
    client.destroy()
  }
}

/** Starts a proxy whose target can change. */
async function startAddress(portNow: () => number) {
  const sockets = new Set<Socket>()
  const server = createServer((incoming) => {
    const outgoing = connect(portNow(), '127.0.0.1')
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  const listening = await listen(server)
  const disconnect = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: listening.port,
    disconnect,
    [Symbol.asyncDispose]: async () => {
      disconnect()
      await listening[Symbol.asyncDispose]()
    },
  }
}
