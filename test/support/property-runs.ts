/**
 * The number of examples that a property is tried with: 200, or the value of the environment variable PROPERTY_RUNS. On a
 * failure fast-check prints the seed and the path to the smallest example. `fc.assert` accepts both as options. The
 * environment variable PROPERTY_SEED sets the seed.
 *
 * @param weight - the number of examples of a cheap property that take as long as one example of this property
 */
export function propertyRuns(weight = 1): { numRuns: number; seed?: number } {
  const { PROPERTY_SEED } = process.env
  const seed = PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }
  const runs = Number(process.env.PROPERTY_RUNS ?? 200)
  return { numRuns: process.env.PROPERTY_RUNS ? runs : Math.ceil(runs / weight), ...seed }
}

/** The time that a property may take, in milliseconds. */
export function propertyTimeout(): number {
  return process.env.PROPERTY_RUNS ? 4 * 3600 * 1000 : 60_000
}
