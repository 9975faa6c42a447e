// What all virtual users share: who they talk to, what they leave to chance, what they have seen.
import type { Simulator } from '../lib/simulator/index.ts'

/** What the virtual users came to, together. */
export class Tally {
  /** Browsers sent to One Login. */
  signIns = 0
  visits = 0
  backChannelLogouts = 0
  faults = 0
  /** Sign-ins that ended elsewhere than at the page that was asked for, by the code of the error. */
  readonly failures = new Map<string, number>()

  /** Notes a sign-in that failed. */
  count(code: string): void {
    this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
  }
}

/** What all virtual users share. */
export class Load {
  readonly op: Simulator
  /** The service's address, without a slash at the end. */
  readonly service: string
  readonly serviceHost: string
  readonly providerHost: string
  readonly tally = new Tally()
  /** Outcomes that must not be. */
  readonly wrong: string[] = []
  #random: number
  #last: Promise<unknown> = Promise.resolve()

  constructor(op: Simulator, service: string, seed: number) {
    this.op = op
    this.service = service
    this.serviceHost = new URL(service).host
    this.providerHost = new URL(op.url).host
    this.#random = seed
  }

  /** True in that share of cases. */
  readonly chance = (share: number): boolean => this.#next() < share

  /** One of several. */
  readonly pick = <One>(all: readonly One[]): One => {
    const one = all[Math.floor(this.#next() * all.length)]
    if (one === undefined) throw new Error('There is nothing to pick from')
    return one
  }

  /** Notes an outcome that must not be. */
  readonly judge = (right: boolean, what: string): void => {
    if (!right) this.wrong.push(what)
  }

  /** Does something while nobody else does. */
  readonly oneAtATime = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  // mulberry32: a seed gives the same choices again, as far as the order of requests does.
  #next(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
