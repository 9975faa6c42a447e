import { requirementIds, requirementOf, type RequirementId } from './catalogue/catalogue.ts'
import type { Phase } from './catalogue/requirement.ts'
import { visible } from '../terminal.ts'

/** The result of one check or one requirement. */
export type Verdict = 'kept' | 'broken' | 'crashed' | 'advice' | 'not observable'

/** A check: what was done, and the result. */
export interface Check {
  /** The name of the check in its requirement: a fault and the journey, or a few words. */
  readonly name: string
  readonly verdict: Verdict
  /** The action. */
  readonly done: string
  /** The result. For `not observable`, the reason. */
  readonly seen: string
}

/** A requirement with its checks. */
export interface RequirementResult {
  readonly id: RequirementId
  readonly verdict: Verdict
  readonly checks: readonly Check[]
}

const gravest = ['crashed', 'broken', 'advice', 'kept'] as const

/** The requirements to check. */
export interface Selection {
  readonly only: readonly string[]
  readonly skip: readonly string[]
}

/** Collects the checks of a run. */
export class Results {
  readonly #wanted: ReadonlySet<RequirementId>
  readonly #checks = new Map<RequirementId, Check[]>()
  #metLimit = false

  constructor({ only, skip }: Selection) {
    const isNamed = (names: readonly string[], id: RequirementId) =>
      names.includes(id) || names.includes(requirementOf(id).phase)
    const wanted = requirementIds.filter(
      (id) => (only.length === 0 || isNamed(only, id)) && !isNamed(skip, id),
    )
    this.#wanted = new Set(wanted)
  }

  /** Whether to check a requirement. */
  wants(id: RequirementId): boolean {
    return this.#wanted.has(id)
  }

  /** Whether to check any requirement of a phase. */
  wantsPhase(phase: Phase): boolean {
    return this.#ofPhase(phase).length > 0
  }

  /** Begins a trial. A limit of the service that was met before it counts no more. */
  startTrial(): void {
    this.#metLimit = false
  }

  /** Records that the service returned status 429. */
  meetLimit(): void {
    this.#metLimit = true
  }

  /** Whether the service returned status 429 in this trial. */
  get metLimit(): boolean {
    return this.#metLimit
  }

  /** Returns a check as it counts. If the service limits requests, its responses prove nothing. */
  counted(check: Check): Check {
    if (!this.#metLimit || check.verdict === 'crashed') return check
    return {
      ...check,
      verdict: 'not observable',
      seen: 'The service limits how many requests it takes (429).',
    }
  }

  /** Adds a check. */
  add(id: RequirementId, check: Check): void {
    this.#store(id, this.counted(check))
  }

  #store(id: RequirementId, check: Check): void {
    if (!this.wants(id)) return
    const { name, verdict, done, seen } = check
    const shown = { name: oneLine(name), verdict, done: oneLine(done), seen: oneLine(seen) }
    this.#checks.set(id, [...this.of(id), shown])
  }

  /** Whether a check of a phase passed. */
  hasPassed(phase: Phase): boolean {
    return this.#ofPhase(phase).some((id) => this.of(id).some(({ verdict }) => verdict === 'kept'))
  }

  /** Records that nothing worked after a phase, so that its checks that passed prove nothing. */
  doubt(phase: Phase): void {
    for (const id of this.#ofPhase(phase)) this.#checks.set(id, this.of(id).map(unproven))
  }

  #ofPhase(phase: Phase): RequirementId[] {
    return [...this.#wanted].filter((id) => requirementOf(id).phase === phase)
  }

  /** Returns the checks of a requirement so far. */
  of(id: RequirementId): readonly Check[] {
    return this.#checks.get(id) ?? []
  }

  /** Records why the requirements of a phase that have no check yet could not be observed. */
  explain(phase: Phase, seen: string): void {
    for (const id of this.#ofPhase(phase))
      if (this.of(id).length === 0)
        this.#store(id, { name: 'all', verdict: 'not observable', done: 'Nothing was done.', seen })
  }

  /** Returns every checked requirement, in the order of the catalogue. */
  all(): RequirementResult[] {
    return requirementIds
      .filter((id) => this.wants(id))
      .map((id) => ({ id, verdict: verdictOf(this.of(id)), checks: this.of(id) }))
  }
}

/** Parts of a check come from the service. */
const oneLine = (text: string): string => visible(text).replace(/[\t\n]/g, '\u{fffd}')

/** Returns a check as it counts if afterwards the same did not work without a fault: a rejection then proves nothing. */
export function unproven(check: Check): Check {
  if (check.verdict !== 'kept') return check
  return {
    ...check,
    verdict: 'not observable',
    seen: `${check.seen} But afterwards the journey did not work without a fault either.`,
  }
}

/** Returns the verdict of a requirement: the most serious one of its checks, or `not observable` if there are none. */
function verdictOf(checks: readonly Check[]): Verdict {
  return gravest.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'not observable'
}
