// npm run soak:chaos [-- --quick] [-- --store redis|postgres] [-- --seconds N] [-- --seed N]: users in several tabs, while
// instances behind nginx, the session store and the provider go away and come back. Fails if a user is ever shown as
// another user or after a completed sign-out, or if an instance ends by itself.
import { parseArgs } from 'node:util'
import { createClient } from 'redis'
import { simulatorFaults } from '../lib/simulator/index.ts'
import { BalancedService } from '../test/servers/balanced-service.ts'
import { startPostgres } from '../test/servers/postgres-server.ts'
import { startRedis } from '../test/servers/redis-server.ts'
import type { StoreServer } from '../test/servers/store-server.ts'
import { ChaosTally, ChaosUser } from './chaos-user.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    store: { type: 'string', multiple: true, default: ['redis', 'postgres'] },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const seconds = Number(values.seconds ?? (values.quick ? 10 : 900))
const users = 12

// Otherwise Express prints each error of an unavailable store.
process.env.NODE_ENV = 'test'

const say = (text: string) => void process.stdout.write(`${text}\n`)
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

let seed = Number(values.seed)
/** mulberry32: a seed gives the same choices again, as far as the order of requests does. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const pick = <One>(all: readonly One[]): One => all[Math.floor(random() * all.length)] as One

interface Disturbance {
  readonly name: string
  readonly happens: () => Promise<unknown>
}

/** All that goes wrong, one thing at a time. */
function disturbances(service: BalancedService, store: StoreServer): readonly Disturbance[] {
  const { op } = service
  let secondsAhead = 0
  const anyInstance = () => Math.floor(random() * service.members.length)
  const faults = (place: 'token' | 'id-token' | 'userinfo') =>
    simulatorFaults[place].filter((fault) => !['hang', 'oversized'].includes(fault))
  const common: Disturbance[] = [
    { name: 'an instance restarted', happens: () => service.replace(anyInstance()) },
    { name: 'an instance killed', happens: () => service.replace(anyInstance(), 'kill') },
    { name: 'all instances restarted in turn', happens: () => service.restartInTurn() },
    {
      name: 'the store crashed',
      happens: async () => {
        await store.crash()
        await wait(500)
        await store.comeBack()
      },
    },
    {
      name: "the provider's responses broken",
      happens: async () => {
        for (const place of ['token', 'id-token', 'userinfo'] as const)
          op.breakNext(place, pick(faults(place)))
        await wait(500)
      },
    },
    {
      name: "the provider's keys rotated",
      happens: async () => {
        // One Login announces keys long before. Here some sign-ins fail until the service downloads the keys again.
        op.announceKeys()
        await wait(300)
        op.rotateKeys()
      },
    },
    {
      name: "the provider's clock put ahead",
      happens: () => {
        if (secondsAhead < 20) op.clock.advance(2)
        secondsAhead += 2
        return Promise.resolve()
      },
    },
  ]
  return store.kind === 'redis' ? [...common, ...onRedis(store)] : common
}

function onRedis(store: StoreServer): readonly Disturbance[] {
  const connect = async () => {
    const client = createClient({ url: store.url })
    client.on('error', () => undefined)
    return client.connect()
  }
  const command = async (work: (client: Awaited<ReturnType<typeof connect>>) => Promise<unknown>) => {
    const client = await connect()
    await work(client)
    client.destroy()
  }
  return [
    {
      name: 'slow replies',
      happens: () => command((client) => client.sendCommand(['CLIENT', 'PAUSE', '700'])),
    },
    {
      name: 'sessions evicted',
      happens: () =>
        command(async (client) => {
          // Not sign-out records: the guide to Redis says that they must not be evicted.
          for (const key of await client.keys('sess:*'))
            if (random() < 0.3 && (await client.get(key))?.includes('passport')) await client.del(key)
        }),
    },
  ]
}

async function run(store: StoreServer): Promise<readonly string[]> {
  const tally = new ChaosTally()
  const service = await BalancedService.start(store)
  const everybody = Array.from(
    { length: users },
    (_, index) => new ChaosUser(service.op, service.url, tally, random, index),
  )
  const happened = new Map<string, number>()
  const until = Date.now() + seconds * 1000
  const usersAtWork = everybody.map(async (user) => {
    while (Date.now() < until) await user.visit()
  })
  const all = disturbances(service, store)
  let ended = 0
  while (Date.now() < until) {
    const one = pick(all)
    ended += service.members.filter(({ hasEnded }) => hasEnded).length
    await one.happens()
    happened.set(one.name, (happened.get(one.name) ?? 0) + 1)
    await wait(500 + random() * 1000)
  }
  await Promise.all(usersAtWork)
  service.op.reset()
  await wait(2000)
  const failedBefore = [...tally.failures]
  const calm = await Promise.all(everybody.map((user) => user.visit()))
  ended += service.members.filter(({ hasEnded }) => hasEnded).length
  const list = (of: Iterable<[string, number]>) =>
    [...of].map(([what, count]) => `${what} ${count}`).join(', ')
  say(`
${store.kind}: ${seconds} s, ${users} users, 3 instances behind nginx, seed ${values.seed}, Node ${process.version}
tabs that signed in   ${tally.signIns}
tabs with an identity ${tally.stepUps}
sign-outs             ${tally.signOuts}
back-channel logouts  ${tally.backChannelLogouts}
disturbances          ${list(happened)}
tabs that failed      ${list(failedBefore)}
when all is calm      ${calm.filter(Boolean).length} of ${users} users got all pages
wrong outcomes        ${tally.wrong.length}`)
  await service[Symbol.asyncDispose]()
  return [
    ...new Set(tally.wrong),
    ...(tally.signIns === 0 || tally.signOuts === 0 ? ['nobody signed in and out'] : []),
    ...(ended > 0 ? ['an instance ended by itself'] : []),
    ...(calm.every(Boolean) ? [] : ['a sign-in failed while nothing was broken']),
    ...(tally.failures.has('500 unexpected') ? ['an error that is none of this package'] : []),
  ]
}

for (const kind of values.store) {
  const store = await (kind === 'redis' ? startRedis() : startPostgres())
  for (const complaint of await run(store)) {
    say(`WRONG: ${complaint}`)
    process.exitCode = 1
  }
  await store[Symbol.asyncDispose]()
}
