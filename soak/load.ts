// The state that all virtual users share: the addresses, the random numbers and the results.
import type { Simulator } from '../lib/simulator/index.ts'
import { createRandom } from './random.ts'

/** The results of all virtual users. */
export class Tally {
  /** The number of redirects to One Login. */
  signIns = 0
  visits = 0
  backChannelLogouts = 0
  faults = 0
  /** Sign-ins that did not end at the requested page, by the code of the error. */
  readonly failures = new Map<string, number>()

  /** Counts a failed sign-in. */
  count(code: string): void {
    this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
  }
}

/** The state that all virtual users share. */
export class Load {
  readonly op: Simulator
  /** The service's address, without a slash at the end. */
  readonly service: string
  readonly serviceHost: string
  readonly providerHost: string
  readonly tally = new Tally()
  /** Outcomes that must not happen. */
  readonly wrong: string[] = []
  readonly #next: () => number
  #last: Promise<unknown> = Promise.resolve()

  constructor(op: Simulator, service: string, seed: number) {
    this.op = op
    this.service = service
    this.serviceHost = new URL(service).host
    this.providerHost = new URL(op.url).host
    this.#next = createRandom(seed)
  }

  /** Returns true in this share of cases. */
  readonly chance = (share: number): boolean => this.#next() < share

  /** Returns one of several values. */
  readonly pick = <One>(all: readonly One[]): One => {
    const one = all[Math.floor(this.#next() * all.length)]
    if (one === undefined) throw new Error('There is nothing to pick from')
    return one
  }

  /** Records an outcome that must not happen. */
  readonly judge = (right: boolean, what: string): void => {
    if (!right) this.wrong.push(what)
  }

  /** Does work while no other such work runs. */
  readonly oneAtATime = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
