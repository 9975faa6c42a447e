// All that goes wrong in the service, its store and One Login, one thing at a time.
import { createClient } from 'redis'
import { simulatorFaults } from '../lib/simulator/index.ts'
import type { BalancedService } from '../test/servers/balanced-service.ts'
import type { ReplicatedStoreServer, StoreServer } from '../test/servers/store-server.ts'
import type { ChaosTally } from './chaos-user.ts'

/** Something that goes wrong. */
export interface Disturbance {
  readonly name: string
  readonly happens: () => Promise<unknown>
  /** Whether instances end, so that their memory says nothing. */
  readonly endsInstances?: boolean
  /** The seconds before it can happen again. */
  readonly rest?: number
}

/** The seconds by which clocks may differ from the machine's: together less than the clock tolerance of 30. */
const mostAhead = { provider: 18, instance: 8 }

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Returns what can go wrong in a service. */
export function disturbances(
  service: BalancedService,
  store: StoreServer | ReplicatedStoreServer,
  tally: ChaosTally,
  random: () => number,
): readonly Disturbance[] {
  return [
    ...('failOver' in store ? [failOver(store, tally)] : []),
    {
      name: 'the store crashed',
      happens: async () => {
        await store.crash()
        await wait(500)
        await store.comeBack()
      },
    },
    ...(store.kind === 'redis' ? ofRedis(store, random) : []),
    ...ofInstances(service, tally, random),
    ...ofProvider(service, random),
  ]
}

function ofInstances(
  service: BalancedService,
  tally: ChaosTally,
  random: () => number,
): readonly Disturbance[] {
  const anyIndex = () => Math.floor(random() * service.members.length)
  return [
    { name: 'an instance restarted', happens: () => service.replace(anyIndex()), endsInstances: true },
    { name: 'an instance killed', happens: () => service.replace(anyIndex(), 'kill'), endsInstances: true },
    { name: 'all instances restarted in turn', happens: () => service.restartInTurn(), endsInstances: true },
    {
      name: "an instance's clock put ahead or back",
      happens: () => {
        tally.clocksDiffer = true
        service.members[anyIndex()]?.putClock((2 * random() - 1) * mostAhead.instance)
        return Promise.resolve()
      },
    },
  ]
}

function ofProvider({ op }: BalancedService, random: () => number): readonly Disturbance[] {
  let secondsAhead = 0
  const faultOf = (place: 'token' | 'id-token' | 'userinfo') => {
    const faults = simulatorFaults[place].filter((fault) => !['hang', 'oversized'].includes(fault))
    return faults[Math.floor(random() * faults.length)] ?? faults[0]
  }
  return [
    {
      name: "the provider's responses broken",
      happens: async () => {
        for (const place of ['token', 'id-token', 'userinfo'] as const) {
          const fault = faultOf(place)
          if (fault !== undefined) op.breakNext(place, fault)
        }
        await wait(500)
      },
    },
    {
      name: "the provider's keys rotated",
      // After a download for an unknown key, an instance waits 30 seconds before the next. One Login rotates rarely.
      rest: 35,
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
        if (secondsAhead < mostAhead.provider) op.clock.advance(2)
        secondsAhead += 2
        return Promise.resolve()
      },
    },
  ]
}

function ofRedis(store: StoreServer, random: () => number): readonly Disturbance[] {
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

function failOver(store: ReplicatedStoreServer, tally: ChaosTally): Disturbance {
  const happens = () => store.failOver()
  return {
    name: 'a fail-over to the replica',
    happens: store.waits === true ? happens : () => tally.losingWrites(happens),
  }
}
