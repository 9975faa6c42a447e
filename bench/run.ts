// npm run bench [-- --quick]: measures the cost of this package. The full bench takes a quarter of an hour and writes
// docs/explanation/performance.md. The quick bench takes less than a minute, writes nothing, and only shows that it
// runs.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startRedis } from '../test/servers/redis-server.ts'
import { growthTable } from './growth.ts'
import { microTable } from './micro.ts'
import { pageTable } from './pages.ts'
import { signInTables } from './sign-ins.ts'
import { startUpLine } from './start-up.ts'

const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values
const extent = quick ? { rounds: 1, signIns: 120, users: 16 } : { rounds: 5, signIns: 2000, users: 16 }

const signIns = await signInTables(extent)
// Without redis-server on the machine, its row is left out.
await using redis = await startRedis().catch(() => undefined)
const micro = await microTable(redis?.url)
const pages = redis ? await pageTable(redis.url, quick ? 20 : 100) : 'redis-server is not on this machine.\n'
const growth = await (quick ? growthTable([100, 700], 100) : growthTable([3000, 10_000, 100_000], 1000))
const startUp = startUpLine(quick ? 3 : 11)

const page = [
  '# Performance',
  '',
  `Written by \`npm run bench\`, on Node ${process.version}, ${cpus().length} cores. Absolute figures depend on the machine: the ratios, of`,
  'things measured in turns in one run, say more.',
  '',
  '## A sign-in',
  '',
  `Medians of ${extent.rounds} rounds of ${extent.signIns} sign-ins by ${extent.users} virtual users. Provider, app and driver run in separate processes on`,
  '127.0.0.1, new ones in each round, warmed up with one and a half times as many sign-ins and measured in short turns.',
  "The CPU time covers all threads of the app. *careful* is what a careful team writes by hand with openid-client's own",
  'Passport strategy. *floor* is the lowest cost of the same work, which checks only signatures and does not use',
  'Passport.',
  '',
  ...signIns,
  '## Calls, one at a time',
  '',
  'CPU of the process and bytes allocated for one call, medians of 15 batches of 200.',
  '',
  micro,
  '## A signed-in page',
  '',
  '*plain* is express-session with Passport alone. A proxy delays each request to Redis. `session()` reads the sign-out record of the user, so that',
  'a sign-out reaches every instance at once. A copy in memory would save this round trip, and other instances would let the user in until it expires.',
  '',
  pages,
  '## With many sessions',
  '',
  growth,
  '## Until a service can start',
  '',
  startUp,
].join('\n')
process.stdout.write(page)
if (!quick) writeFileSync(new URL('../docs/explanation/performance.md', import.meta.url), page)
