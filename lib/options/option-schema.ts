import * as v from 'valibot'
import { parseURL } from '../parsed-url.ts'

/** A schema with a description of what it allows. Messages and the documentation show the description. */
export function described<Schema extends v.GenericSchema>(schema: Schema, allowed: string) {
  return v.pipe(schema, v.metadata({ allowed }))
}

/** A {@link described} schema whose value no message shows, because it is a secret or personal data. */
export function confidential<Schema extends v.GenericSchema>(schema: Schema, allowed: string) {
  return v.pipe(schema, v.metadata({ allowed, isConfidential: true }))
}

const secondsIn = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/**
 * A length of time: a number of seconds, or a whole number with its unit (`s`, `m`, `h`, `d`), for example `'12h'`.
 *
 * @example
 * ```ts
 * const halfAnHour: Duration[] = [1800, '1800s', '30m']
 * ```
 */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

/** A {@link Duration} between two bounds, in seconds. The result is in seconds. */
export function duration(allowed: string, { min, max }: { min: number; max: number }) {
  return described(
    v.pipe(
      v.custom<Duration>((value) => !Number.isNaN(toSeconds(value))),
      v.transform((value: Duration) => toSeconds(value)),
      v.minValue(min),
      v.maxValue(max),
    ),
    allowed,
  )
}

function toSeconds(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return NaN
  const { amount, unit } = /^(?<amount>\d{1,9})(?<unit>s|m|h|d)$/.exec(value)?.groups ?? {}
  return Number(amount) * secondsIn[unit as keyof typeof secondsIn]
}

/** An absolute URL without the parts that a registration cannot have. The result is the text as given. */
export function absoluteURL(allowed: string) {
  return described(v.pipe(v.string(), v.check(isAbsoluteURL)), allowed)
}

/** Whether a text is an absolute URL without fragment, user name and password. */
export function isAbsoluteURL(text: string): boolean {
  // One Login compares the URL as text, so it must not contain anything that parsing would change.
  const url = /^https?:\/\/[!-~]+$/i.test(text) ? parseURL(text) : undefined
  return url !== undefined && !text.includes('#') && !url.username && !url.password
}

/** Returns the members of an object schema, inside its wrappers. Returns none for any other schema. */
export function entriesOf(schema: unknown, value: unknown = {}): Readonly<Record<string, v.GenericSchema>> {
  const { wrapped, getter, entries } = (schema ?? {}) as {
    wrapped?: unknown
    getter?: (value: unknown) => unknown
    entries?: Readonly<Record<string, v.GenericSchema>>
  }
  if (wrapped) return entriesOf(wrapped, value)
  return getter ? entriesOf(getter(value), value) : (entries ?? {})
}

/** Returns the notes of a schema: those of {@link described}, {@link confidential} and `fromVariable`. */
export function notesOf(schema: v.GenericSchema | undefined): Readonly<Record<string, unknown>> {
  if (!schema) return {}
  return v.getMetadata('wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema)
}

/** Returns an object without the members that are undefined. */
export function withoutUndefined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
