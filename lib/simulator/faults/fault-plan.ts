import { simulatorFaults, type FaultPlace, type SimulatorFaults } from './fault-names.ts'

/** Details of a fault. */
export interface FaultDetails {
  /** How long a `slow` response takes. */
  readonly seconds?: number
}

/** A fault that is due. */
export interface DueFault<Name extends string = string> extends FaultDetails {
  readonly name: Name
}

/** The faults that a test has set, for one use or until the reset. */
export class FaultPlan {
  readonly #next = new Map<FaultPlace, DueFault[]>()
  readonly #lasting = new Map<FaultPlace, DueFault[]>()
  readonly #uses = new Map<string, number>()

  /** Breaks the next use of a place. 2 calls break the next 2 uses. */
  breakNext<Place extends FaultPlace>(
    place: Place,
    name: SimulatorFaults[Place],
    details: FaultDetails = {},
  ): void {
    check(place, name)
    add(this.#next, place, { name, ...details })
  }

  /** Breaks every use of a place. 2 calls with different faults break it in both ways at once. */
  breakUntilReset<Place extends FaultPlace>(
    place: Place,
    name: SimulatorFaults[Place],
    details: FaultDetails = {},
  ): void {
    check(place, name)
    add(this.#lasting, place, { name, ...details })
  }

  /** Removes all faults. */
  reset(): void {
    this.#next.clear()
    this.#lasting.clear()
    this.#uses.clear()
  }

  /** Returns how many times a fault was used since the last reset. */
  timesUsed<Place extends FaultPlace>(place: Place, name: SimulatorFaults[Place]): number {
    check(place, name)
    return this.#uses.get(`${place} ${name}`) ?? 0
  }

  /**
   * Returns the faults that are due at a place now. Uses up a fault that was set for one use. The lasting faults do
   * not apply to that use.
   *
   * @param place the place
   * @param accepts which faults to return. The others stay due
   */
  use<Name extends string>(place: FaultPlace, accepts: (name: string) => name is Name): DueFault<Name>[] {
    const due = this.#due(place, (fault): fault is DueFault<Name> => accepts(fault.name))
    for (const { name } of due) {
      const key = `${place} ${name}`
      this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1)
    }
    return due
  }

  #due<Name extends string>(
    place: FaultPlace,
    isAccepted: (fault: DueFault) => fault is DueFault<Name>,
  ): DueFault<Name>[] {
    const queue = this.#next.get(place) ?? []
    const [head] = queue
    if (!head) return (this.#lasting.get(place) ?? []).filter(isAccepted)
    if (!isAccepted(head)) return []
    queue.shift()
    return [head]
  }
}

function add(map: Map<FaultPlace, DueFault[]>, place: FaultPlace, fault: DueFault): void {
  map.set(place, [...(map.get(place) ?? []), fault])
}

function check(place: string, name: string): void {
  const places: Readonly<Record<string, readonly string[]>> = simulatorFaults
  const known = places[place]
  if (!known) throw new TypeError(`Unknown place '${place}'. Use one of ${Object.keys(places).join(', ')}`)
  if (!known.includes(name))
    throw new TypeError(`Unknown fault '${name}' of '${place}'. Use one of ${known.join(', ')}`)
}
