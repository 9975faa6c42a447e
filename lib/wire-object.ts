import * as v from 'valibot'

/** Whether One Login sent a member or a claim: null means that it has none. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/**
 * Leaves out the members that are null, so that nothing after it ever meets one.
 *
 * @param value - JSON that One Login sent; what is not an object is given back as it is
 */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, member]) => isPresent(member)))
}

/**
 * The schema of an object that One Login sends. It may have other members, which are left out. Null counts as absent,
 * so an optional member that is null is left out as well, and a required one is missing.
 *
 * @param entries - the members that are read
 */
export function wireObject<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.unknown(), v.transform(withoutNulls), v.object(entries))
}

/**
 * A {@link wireObject} whose other members are kept.
 *
 * @param entries - the members that are read
 */
export function openWireObject<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.unknown(), v.transform(withoutNulls), v.looseObject(entries))
}
