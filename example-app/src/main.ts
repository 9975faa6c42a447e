import { existsSync } from 'node:fs'
import { createLog } from './log.ts'
import { startService } from './server.ts'

if (existsSync('.env')) process.loadEnvFile()
const log = createLog(process.env.LOG_LEVEL ?? 'info')
const { url, simulator, close } = await startService(process.env, log)
const played = `One Login is a simulator at ${simulator?.url}. What it gets is at ${url}/development\n`
process.stdout.write(`\nThe service is at ${url}\n${simulator ? played : ''}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    log.info({ signal }, 'shutting down')
    // Ends requests that take longer than this.
    setTimeout(() => process.exit(1), 10_000).unref()
    void close()
  })
