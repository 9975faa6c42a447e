import { execFile } from 'node:child_process'
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from '../support/listen.ts'
import { startDaemon } from './daemon.ts'
import type { StoreServer } from './store-server.ts'

const run = promisify(execFile)
const versions = '/usr/lib/postgresql'

/** Starts Debian's PostgreSQL on its own cluster, with the table of connect-pg-simple. */
export async function startPostgres(): Promise<StoreServer> {
  const [newest = ''] = (await readdir(versions)).sort((a, b) => Number(b) - Number(a))
  const program = (name: string) => join(versions, newest, 'bin', name)
  const directory = await mkdtemp(join(tmpdir(), 'postgres-'))
  const identity = await unprivileged()
  if (identity) await chown(directory, identity.uid, identity.gid)
  const options = { cwd: directory, ...identity }
  const cluster = join(directory, 'cluster')
  await run(program('initdb'), ['-D', cluster, '-U', 'postgres', '-A', 'trust', '--no-sync'], options)
  const port = await freePort()
  const args = ['-D', cluster, '-p', String(port), '-c', 'listen_addresses=127.0.0.1']
  // A crash of the program loses nothing without fsync, only one of the machine would.
  args.push('-c', `unix_socket_directories=${directory}`, '-c', 'fsync=off')
  const start = () => startDaemon(program('postgres'), args, /ready to accept connections/, options)
  let daemon = await start()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await createSessionTable(url)
  return {
    kind: 'postgres',
    url,
    // "Immediate shutdown": every connection is cut, and the next start recovers.
    crash: () => daemon.end('SIGQUIT'),
    comeBack: async () => {
      daemon = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await daemon.end('SIGQUIT')
      await rm(directory, { recursive: true })
    },
  }
}

/** As a deployment does before its instances start: two that create the table at the same moment break each other's start. */
async function createSessionTable(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(
    await readFile(createRequire(import.meta.url).resolve('connect-pg-simple/table.sql'), 'utf8'),
  )
  await client.end()
}

/** PostgreSQL does not run as root, so it runs as the user of its package. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => (await run('id', [flag, 'postgres'])).stdout),
  )
  return { uid: Number(uid), gid: Number(gid) }
}
