// npm run soak [-- --quick] [-- --seed N]: many sign-ins by users who must never see each other's data. One in 10
// responses of One Login is faulty, and One Login signs users out in between. Fails on a wrong outcome, on memory
// that grows, and on an unhandled rejection.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { parseArgs } from 'node:util'
import { simulatorFaults, startSimulator } from '../lib/simulator/index.ts'
import { Browser } from '../test/support/browser.ts'
import { Load } from './load.ts'
import type { Health, Question } from './service.ts'
import { VirtualUser } from './virtual-user.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
})
const users = 32
const parts = 10
const plan = values.quick
  ? { signIns: 1500, minutes: 2, growth: 0.1 }
  : { signIns: 20_000, minutes: 20, growth: 0.05 }
/** Longer than anything is stored, including tokens, used states, documents and sessions. */
const secondsBetweenParts = 25 * 3600

const print = (text: string) => void process.stdout.write(`${text}\n`)
const begun = performance.now()
const deadline = setTimeout(() => {
  print(`Not done within ${plan.minutes} minutes.`)
  process.exit(1)
}, plan.minutes * 60_000)

const op = await startSimulator({ interactive: true, logoutRetryDelay: 1 })
const service = fork(new URL('service.ts', import.meta.url), [JSON.stringify(op.options)], {
  execArgv: ['--import', 'tsx', '--expose-gc'],
})
process.on('exit', () => service.kill())
service.once('exit', (code) => {
  print(`The service ended with ${code ?? 'a signal'}.`)
  process.exit(1)
})
const [{ url }] = (await once(service, 'message')) as [{ url: string }]
op.register({
  redirectUris: [`${url}/auth/callback`],
  postLogoutRedirectUris: [`${url}/signed-out`],
  backChannelLogoutURL: `${url}/back-channel-logout`,
})
const load = new Load(op, url, Number(values.seed))
const { tally, wrong, pick } = load
// Closes a connection before the simulator does, which is after 5 seconds.
const agent = new Agent({ keepAlive: true, maxSockets: 2 * users, timeout: 3000 })
const everybody = Array.from(
  { length: users },
  (_, number) => new VirtualUser(load, new Browser(agent), number),
)

/** Faults of a document that users of a service must not notice. */
const survivable = (place: 'discovery' | 'jwks' | 'did') =>
  simulatorFaults[place].filter((fault) => !['malformed-keys', 'without-signing-keys'].includes(fault))

async function ask(question: Question): Promise<Health> {
  service.send(question)
  return ((await once(service, 'message')) as [Health])[0]
}

async function passTime(): Promise<void> {
  op.clock.advance(secondsBetweenParts)
  await ask({ secondsAhead: secondsBetweenParts })
}

async function measure(phase: number): Promise<Health> {
  op.reset()
  await passTime()
  // The service already has its documents, and must work with them.
  for (const place of ['discovery', 'jwks', 'did'] as const)
    op.breakNext(place, pick(survivable(place)), { seconds: 0.05 })
  const calm = await Promise.all(everybody.map((user) => user.visit({ faulty: false })))
  op.reset()
  for (const proven of calm) load.judge(proven, 'a sign-in failed while nothing but documents was broken')
  await op.settleLogouts()
  const health = await ask({})
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  print(
    `${String(phase).padStart(2)}/${parts}: ${tally.signIns} sign-ins, ${seconds} s, heap ${megabytes(health.heap)}, ${health.sessions} sessions`,
  )
  return health
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`

const healths: Health[] = []
for (let phase = 1; phase <= parts; phase++) {
  const until = Math.round((plan.signIns * phase) / parts)
  await Promise.all(
    everybody.map(async (user) => {
      while (tally.signIns < until) await user.visit({ faulty: true })
    }),
  )
  healths.push(await measure(phase))
}
const [first, last] = [healths[0], healths.at(-1)]
if (!first || !last) throw new Error('Nothing was measured')
const growth = last.heap / first.heap - 1
const failures = [...tally.failures].sort(([, a], [, b]) => b - a)
const failed = failures.reduce((sum, [, count]) => sum + count, 0)
const looped = tally.failures.get('going round') ?? 0

print(`
seed ${values.seed}, ${users} virtual users, Node ${process.version}
sign-ins            ${tally.signIns}, of which ${failed} failed: ${failures.map(([code, count]) => `${code} ${count}`).join(', ')}
faults              ${tally.faults}
back-channel logouts ${tally.backChannelLogouts}
heap                ${megabytes(first.heap)} after the first tenth, ${megabytes(last.heap)} after the last: ${(growth * 100).toFixed(1)} %
unhandled rejections ${last.unhandled.length}, warnings ${last.warnings.length}
wrong outcomes      ${wrong.length}
`)

const complaints = [
  ...new Set(wrong),
  ...last.unhandled.map((reason) => `unhandled rejection: ${reason}`),
  ...last.warnings.map((warning) => `warning: ${warning}`),
  ...(Math.abs(growth) > plan.growth ? [`the heap is not flat within ${plan.growth * 100} %`] : []),
  ...(failed - looped > tally.faults ? ['more sign-ins failed than were broken'] : []),
  ...(looped > tally.signIns / 100 ? ['too many sign-ins went round in circles'] : []),
]
for (const complaint of complaints.slice(0, 20)) print(`WRONG: ${complaint}`)
clearTimeout(deadline)
service.removeAllListeners('exit')
service.kill()
agent.destroy()
await op.close()
process.exitCode = complaints.length > 0 ? 1 : 0
