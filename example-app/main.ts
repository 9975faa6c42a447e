import { createLog } from './log.ts'
import { startService } from './server.ts'

const log = createLog(process.env.LOG_LEVEL ?? 'info')
const service = await startService(process.env, log).catch((error: unknown) => {
  log.fatal(error, 'the service did not start')
  process.exit(1)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    log.info({ signal }, 'shutting down')
    // Whatever still runs after this long is cut off.
    setTimeout(() => process.exit(1), 10_000).unref()
    service.close().catch((error: unknown) => {
      log.error(error, 'shutting down failed')
      process.exitCode = 1
    })
  })
