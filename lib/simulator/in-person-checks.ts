import type { LevelOfConfidence } from './authorization/requested-vectors.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { VirtualClock } from './simulated-clock.ts'

/** How long a user has to complete an identity check in person, in seconds. */
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
  /** Return codes. Default: the same as for a check online. */
  readonly returnCodes?: readonly string[]
}

/** The progress of a user's identity check in person, when they request an identity. */
export type InPersonProgress = 'started' | 'too-early' | InPersonResult | undefined

/** The users who must prove their identity in person, for example at a Post Office. */
export class InPersonChecks {
  readonly #pending: ExpiringMap<{ readonly sub: string }>
  readonly #results = new Map<string, InPersonResult>()

  constructor(clock: VirtualClock) {
    this.#pending = new ExpiringMap(clock, lifetime)
  }

  /** Records that the check was done. Throws if none is pending or 16 days have passed. */
  complete(sub: string, result: InPersonResult): void {
    if (!this.#pending.remove(sub))
      throw new Error(
        `No identity check in person is pending for ${sub}. The user starts one with respondWith({ inPerson: 'pending' }) and has 16 days.`,
      )
    this.#results.set(sub, result)
  }

  /**
   * Handles an identity request of a user.
   *
   * @param startsNow - whether to start a check for a user who has none
   * @returns the result, which is returned once, or `undefined` for a user who proves their identity online
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
