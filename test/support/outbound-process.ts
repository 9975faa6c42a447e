import type { OneLoginOptions } from '../../lib/index.ts'
import { startService } from './service.ts'

// A service with network settings in its environment. Node reads NODE_EXTRA_CA_CERTS when a process starts.
const { OUTBOUND_OPTIONS = '{}' } = process.env
const options = JSON.parse(OUTBOUND_OPTIONS) as OneLoginOptions
const service = await startService((url) => ({ ...options, callbackURL: `${url}/auth/callback` }))
process.once('disconnect', () => process.exit())
process.send?.(service.url)
