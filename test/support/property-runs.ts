/**
 * How many examples a property is tried with: 200, or as many as the environment variable PROPERTY_RUNS says. On a
 * failure fast-check prints the seed and the path to the smallest example, which `fc.assert` takes back as options. The
 * environment variable PROPERTY_SEED sets the seed.
 *
 * @param weight - how many examples of a cheap property one of this takes as long as
 */
export function propertyRuns(weight = 1): { numRuns: number; seed?: number } {
  const { PROPERTY_SEED } = process.env
  const seed = PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }
  const runs = Number(process.env.PROPERTY_RUNS ?? 200)
  return { numRuns: process.env.PROPERTY_RUNS ? runs : Math.ceil(runs / weight), ...seed }
}

/** Milliseconds that a property may take. */
export function propertyTimeout(): number {
  return process.env.PROPERTY_RUNS ? 4 * 3600 * 1000 : 60_000
}
