import { isDeepStrictEqual } from 'node:util'

/** Each member that differs, with its new value. A missing member is called `no …`. */
export type Difference = Readonly<Record<string, unknown>>

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects that are compared member by member. All others, and lists, are compared as a whole. */
const nested = ['vc', 'credentialSubject']

/**
 * How one object differs from another.
 *
 * @param kind what a member is called: `claim`, `header` …
 */
export function difference(kind: string, good: Members, other: Members, path = ''): Difference {
  const changes: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(good), ...Object.keys(other)])) {
    const [before, after] = [good[name], other[name]]
    const place = `${kind} ${path}${name}`
    if (isDeepStrictEqual(before, after)) continue
    if (!(name in other)) changes[`no ${place}`] = before
    else if (nested.includes(name) && isObject(before) && isObject(after))
      Object.assign(changes, difference(kind, before, after, `${path}${name}.`))
    else changes[place] = after
  }
  return changes
}
