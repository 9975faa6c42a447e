import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/listen.ts'
import { startDaemon, type Daemon } from './daemon.ts'
import type { StoreServer } from './store-server.ts'

/** Starts Debian's redis-server, which writes each change to disk. */
export function startRedisDaemon(port: number, directory: string): Promise<Daemon> {
  const options = `--port ${port} --bind 127.0.0.1 --dir ${directory} --appendonly yes --appendfsync always --save`
  return startDaemon('redis-server', [...options.split(' '), ''], /Ready to accept connections/)
}

/** Starts a Redis on its own port and in its own folder. */
export async function startRedis(): Promise<StoreServer> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'))
  const port = await freePort()
  const start = () => startRedisDaemon(port, directory)
  let daemon = await start()
  return {
    kind: 'redis',
    url: `redis://127.0.0.1:${port}`,
    crash: () => daemon.end('SIGKILL'),
    comeBack: async () => {
      daemon = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await daemon.end('SIGKILL')
      await rm(directory, { recursive: true })
    },
  }
}
