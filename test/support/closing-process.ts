import type { OneLoginOptions } from '../../lib/index.ts'
import { startService } from './service.ts'

// A service that stops when its parent process says so. Anything that is still open keeps the process alive.
const { SERVICE_OPTIONS = '{}' } = process.env
const options = JSON.parse(SERVICE_OPTIONS) as OneLoginOptions
const service = await startService((url) => ({ ...options, callbackURL: `${url}/auth/callback` }))
process.once('message', () => {
  void service[Symbol.asyncDispose]()
  process.disconnect()
})
process.send?.(service.url)
