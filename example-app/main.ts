import { createLog } from './log.ts'
import { startService } from './server.ts'

const log = createLog(process.env.LOG_LEVEL ?? 'info')
const service = await startService(process.env, log)
const played = service.standIn && ` One Login is played by a stand-in at ${service.standIn.url}`
process.stdout.write(`\nThe service is at ${service.url}\n${played ?? ''}\n\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    log.info({ signal }, 'shutting down')
    // Requests that take longer than this are cut off.
    setTimeout(() => process.exit(1), 10_000).unref()
    void service.close()
  })
