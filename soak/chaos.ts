// npm run soak:chaos [-- --quick] [-- --store redis|redis-wait|postgres] [-- --seconds N] [-- --seed N]: users in
// several tabs, while instances behind nginx, the session store and the provider go away and come back, and clocks
// differ. Fails if a user is ever shown as another user or after a completed sign-out, if an instance ends by itself,
// and if the memory of one grows. In the store "redis-wait", a replica acknowledges each write.
import { parseArgs } from 'node:util'
import { BalancedService } from '../test/servers/balanced-service.ts'
import { startPostgres } from '../test/servers/postgres-server.ts'
import { startRedisPair } from '../test/servers/redis-pair.ts'
import type { StoreServer } from '../test/servers/store-server.ts'
import { ChaosRun, type ChaosPlan } from './chaos-run.ts'
import { createRandom } from './random.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    store: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const kinds = values.store ?? (values.quick ? ['redis', 'postgres'] : ['redis', 'redis-wait', 'postgres'])
const inSeconds = values.seconds ?? (values.quick ? '6' : undefined)
const plan: ChaosPlan =
  inSeconds === undefined
    ? { users: 24, signIns: Math.ceil(20_000 / kinds.length), seconds: 3600, growth: 0.15 }
    : { users: 12, signIns: Infinity, seconds: Number(inSeconds), growth: values.quick ? 0.3 : 0.15 }

// Otherwise Express prints each error of an unavailable store.
process.env.NODE_ENV = 'test'

const say = (text: string) => void process.stdout.write(`${text}\n`)
const listed = (of: Iterable<[string, number]>) =>
  [...of].map(([what, count]) => `${what} ${count}`).join(', ')

function startStore(kind: string): Promise<StoreServer> {
  return kind === 'postgres' ? startPostgres() : startRedisPair(kind === 'redis-wait')
}

for (const kind of kinds) {
  const begin = performance.now()
  await using store = await startStore(kind)
  await using service = await BalancedService.start(store)
  const run = new ChaosRun(service, store, plan, createRandom(Number(values.seed)))
  const complaints = await run.complete()
  const { tally } = run
  const inMegabytes = run.heaps.map(({ first, last }) => `${megabytes(first)} to ${megabytes(last)}`)
  say(`
${kind}: ${((performance.now() - begin) / 1000).toFixed(0)} s, ${plan.users} users, 3 instances behind nginx, seed ${values.seed}, Node ${process.version}
tabs that signed in   ${tally.signIns}
tabs with an identity ${tally.stepUps}
sign-outs             ${tally.signOuts}
back-channel logouts  ${tally.backChannelLogouts}
disturbances          ${listed(run.happened)}
tabs that failed      ${listed(run.failures)}
when all is calm      ${run.calm} of ${plan.users} users got all pages ${listed(run.failuresInCalm)}
lost by a fail-over   ${tally.undone} sign-outs
kept by other clocks  ${tally.kept} back-channel logouts in the second of the sign-in
heap of the instances ${inMegabytes.join(', ')}
wrong outcomes        ${tally.wrong.length}`)
  for (const complaint of complaints) {
    say(`WRONG: ${complaint}`)
    process.exitCode = 1
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
