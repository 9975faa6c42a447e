import type { LevelOfConfidence } from './authorization/requested-vectors.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { VirtualClock } from './simulated-clock.ts'

/** Seconds that a user has to complete an identity check in person. */
const lifetime = 16 * 24 * 60 * 60

/**
 * The result of an identity check in person.
 *
 * @example
 * ```ts
 * const notProven: InPersonResult = { level: 'P0', returnCodes: ['B'] }
 * ```
 */
export interface InPersonResult {
  /** The level of confidence that the check reached. Default: the user's. */
  readonly level?: LevelOfConfidence
  /** Return codes. Default: as for a check online. */
  readonly returnCodes?: readonly string[]
}

/** Where a user's identity check in person has got to, when they ask for an identity. */
export type InPersonProgress = 'started' | 'too-early' | InPersonResult | undefined

/** The users who have to prove their identity in person, for example at a Post Office. */
export class InPersonChecks {
  readonly #pending: ExpiringMap<{ readonly sub: string }>
  readonly #results = new Map<string, InPersonResult>()

  constructor(clock: VirtualClock) {
    this.#pending = new ExpiringMap(clock, lifetime)
  }

  /** Notes that the check was done. Throws if none is pending, or 16 days have passed. */
  complete(sub: string, result: InPersonResult): void {
    if (!this.#pending.take(sub))
      throw new Error(
        `No identity check in person is pending for ${sub}. The user starts one with respondWith({ inPerson: 'pending' }) and has 16 days.`,
      )
    this.#results.set(sub, result)
  }

  /**
   * A user comes for an identity.
   *
   * @param startsNow - whether a user without a check is sent to do one
   * @returns the result, which is given once; `undefined` for a user who proves their identity online
   */
  visit(sub: string, startsNow: boolean): InPersonProgress {
    const result = this.#results.get(sub)
    if (result) {
      this.#results.delete(sub)
      return result
    }
    if (this.#pending.get(sub)) return 'too-early'
    if (!startsNow) return undefined
    this.#pending.set(sub, { sub })
    return 'started'
  }
}
