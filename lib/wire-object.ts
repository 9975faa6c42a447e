import * as v from 'valibot'

/** Whether One Login sent a member or a claim. Null means that there is none. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/**
 * Removes the members that are null, so that later code never finds null.
 *
 * @param value - JSON from One Login. A value that is not an object is returned unchanged
 */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // Most have none, and to build them again costs more than to look.
  if (Object.values(value).every(isPresent)) return value
  return Object.fromEntries(Object.entries(value).filter(([, member]) => isPresent(member)))
}

/**
 * The schema of an object from One Login. Other members are left out. Null counts as absent: an optional member that
 * is null is left out, and a required one is missing.
 *
 * @param entries - the members to read
 */
export function wireObject<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.unknown(), v.transform(withoutNulls), v.object(entries))
}

/**
 * A {@link wireObject} that keeps its other members.
 *
 * @param entries - the members to read
 */
export function openWireObject<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.unknown(), v.transform(withoutNulls), v.looseObject(entries))
}
