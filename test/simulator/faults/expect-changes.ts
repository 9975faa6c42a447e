import { simulatorFaults, type FaultPlace, type SimulatorFaults } from 'passport-govuk-one-login/simulator'
import { expect } from 'vitest'
import { faultsByPlace } from '../../../lib/simulator/faults/fault-names.ts'
import type { Difference } from './difference.ts'

/** A network fault, which affects every endpoint in the same way. */
export type NetworkFault = SimulatorFaults['trustmark']

/** The faults of a place that are not network faults. */
export function ownFaults<Place extends FaultPlace>(
  place: Place,
): Exclude<SimulatorFaults[Place], NetworkFault>[] {
  const names: readonly string[] = simulatorFaults[place]
  const network: readonly string[] = simulatorFaults.trustmark
  return names.filter((name) => !network.includes(name)) as Exclude<SimulatorFaults[Place], NetworkFault>[]
}

/** A missing member is compared by its name alone. */
export const withoutValuesGone = (changes: Difference): Difference =>
  Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name, name.startsWith('no ') ? 'gone' : value]),
  )

/** Expects a fault to change exactly what its row lists, and to declare the same changes. */
export function expectChanges(
  place: FaultPlace,
  fault: string,
  found: Difference,
  expected: Difference,
): void {
  expect(withoutValuesGone(found)).toEqual(withoutValuesGone(expected))
  const table: Readonly<Record<string, { readonly changes: readonly string[] }>> = faultsByPlace[place]
  const declared = table[fault]?.changes.map((change) =>
    change.replace(/header [A-Z].*/, (header) => header.toLowerCase()),
  )
  expect(declared?.toSorted()).toEqual(Object.keys(found).toSorted())
}
