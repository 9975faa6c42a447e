import type { BalancedService } from '../test/servers/balanced-service.ts'
import type { Member } from '../test/servers/cluster.ts'
import type { StoreServer } from '../test/servers/store-server.ts'
import { ChaosTally, ChaosUser } from './chaos-user.ts'
import { disturbances, type Disturbance } from './disturbances.ts'

/** How long a run lasts: until this many tabs have signed in, and no longer than this many seconds. */
export interface ChaosPlan {
  readonly users: number
  readonly signIns: number
  readonly seconds: number
  /** The share by which the heap of an instance may grow. */
  readonly growth: number
}

/** The shares of a run at which instances are last ended, and at which their heaps are measured first. */
const lastEnd = 0.4
const firstMeasure = 0.6

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A run over one store. */
export class ChaosRun {
  readonly tally = new ChaosTally()
  readonly happened = new Map<string, number>()
  /** The heap of each instance after a garbage collection, long after its start and at the end. */
  heaps: readonly { readonly first: number; readonly last: number }[] = []
  /** The tabs that failed while something was broken. */
  failures = new Map<string, number>()
  readonly failuresInCalm = new Map<string, number>()
  /** The users who got all pages when nothing was broken any more. */
  calm = 0
  readonly #service: BalancedService
  readonly #plan: ChaosPlan
  readonly #random: () => number
  readonly #all: readonly Disturbance[]
  readonly #begin = Date.now()
  /** When each disturbance last happened, in milliseconds since 1970. */
  readonly #lastAt = new Map<string, number>()
  #queue: Disturbance[]
  #ended = 0

  constructor(service: BalancedService, store: StoreServer, plan: ChaosPlan, random: () => number) {
    this.#service = service
    this.#plan = plan
    this.#random = random
    this.#all = disturbances(service, store, this.tally, random)
    // A quick run has time for a few: a failure of the store is one of them.
    const [first, ...others] = this.#all
    this.#queue = [...(first ? [first] : []), ...inAnyOrder(others, random)]
  }

  /** Returns what must not happen and did. */
  async complete(): Promise<readonly string[]> {
    const { op, url } = this.#service
    const everybody = Array.from(
      { length: this.#plan.users },
      (_, index) => new ChaosUser(op, url, this.tally, this.#random, index),
    )
    const usersAtWork = everybody.map(async (user) => {
      while (this.#share() < 1) await user.visit()
    })
    const measured = await this.#disturb()
    await Promise.all(usersAtWork)
    op.reset()
    for (const member of this.#service.members) member.putClock(0)
    // After a download for an unknown key, an instance waits 30 seconds before the next.
    await wait((this.happened.get("the provider's keys rotated") ?? 0) > 1 ? 31_000 : 2000)
    this.failures = new Map(this.tally.failures)
    const visits = await Promise.all(everybody.map((user) => user.visit()))
    for (const [what, count] of this.tally.failures) {
      const more = count - (this.failures.get(what) ?? 0)
      if (more > 0) this.failuresInCalm.set(what, more)
    }
    this.calm = visits.filter(Boolean).length
    this.#countEnded()
    this.heaps = await Promise.all(
      measured.map(async ({ member, first }) => ({ first, last: await member.heap() })),
    )
    return this.#complaints()
  }

  /** Disturbs the service until the end. Returns what the heaps were before. */
  async #disturb() {
    let measured: readonly { readonly member: Member; readonly first: number }[] = []
    while (this.#share() < 1 || measured.length === 0) {
      if (measured.length === 0 && this.#share() >= firstMeasure)
        measured = await Promise.all(
          this.#service.members.map(async (member) => ({ member, first: await member.heap() })),
        )
      const one = this.#next()
      this.#countEnded()
      await one?.happens()
      if (one) {
        this.happened.set(one.name, (this.happened.get(one.name) ?? 0) + 1)
        this.#lastAt.set(one.name, Date.now())
      }
      await wait(500 + this.#random() * 1000)
    }
    return measured
  }

  /** Returns the next disturbance: each in turn, in another order every time. */
  #next(): Disturbance | undefined {
    const canEnd = this.#share() < lastEnd
    const possible = (all: readonly Disturbance[]) =>
      all.filter(
        ({ name, endsInstances = false, rest = 0 }) =>
          (canEnd || !endsInstances) && Date.now() - (this.#lastAt.get(name) ?? 0) >= rest * 1000,
      )
    this.#queue = possible(this.#queue)
    if (this.#queue.length === 0) this.#queue = inAnyOrder(possible(this.#all), this.#random)
    return this.#queue.shift()
  }

  /** The share of the run that is over. */
  #share(): number {
    const { signIns, seconds } = this.#plan
    return Math.max(this.tally.signIns / signIns, (Date.now() - this.#begin) / 1000 / seconds)
  }

  #countEnded(): void {
    this.#ended += this.#service.members.filter(({ hasEnded }) => hasEnded).length
  }

  #complaints(): readonly string[] {
    const { tally } = this
    const { signIns, growth, users } = this.#plan
    const grown = this.heaps.filter(({ first, last }) => last > first * (1 + growth))
    return [
      ...new Set(tally.wrong),
      ...(tally.signIns === 0 || tally.signOuts === 0 ? ['nobody signed in and out'] : []),
      ...(Number.isFinite(signIns) && tally.signIns < signIns
        ? [`fewer than ${signIns} tabs signed in`]
        : []),
      ...(this.#ended > 0 ? ['an instance ended by itself'] : []),
      ...(this.calm < users ? ['a sign-in failed while nothing was broken'] : []),
      ...(tally.failures.has('500 unexpected') ? ['an error that is none of this package'] : []),
      ...(this.heaps.length === 0 ? ['the heaps were not measured'] : []),
      ...(grown.length > 0
        ? [`the heap of ${grown.length} instances grew by more than ${growth * 100} %`]
        : []),
    ]
  }
}

function inAnyOrder<One>(all: readonly One[], random: () => number): One[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
