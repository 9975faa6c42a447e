import * as v from 'valibot'
import { OneLoginError } from '../errors.ts'

/**
 * A schema with the words for what it allows: they end each message about it, and stand in the documentation.
 */
export function described<Schema extends v.GenericSchema>(schema: Schema, allowed: string) {
  return v.pipe(schema, v.metadata({ allowed }))
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

/** A {@link Duration} between two bounds, given in seconds; comes out as seconds. */
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
  const [, amount, unit] = /^(\d{1,9})(s|m|h|d)$/.exec(value) ?? []
  return unit ? Number(amount) * secondsIn[unit as keyof typeof secondsIn] : NaN
}

/** An absolute URL without what does not belong into a registration; comes out as it was given. */
export function absoluteURL(allowed: string) {
  return described(
    v.pipe(
      v.string(),
      v.check((value) => {
        // It is sent and compared as it was given: nothing may stand in it that parsing would mend or drop.
        const url = /^https?:\/\/[!-~]+$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined
        return url !== undefined && !value.includes('#') && !url.username && !url.password
      }),
    ),
    allowed,
  )
}

/**
 * Checks options against their schema.
 *
 * @param schema - an object schema whose entries are {@link described}
 * @param options - what the caller gave
 * @throws OneLoginError `invalid_option` that names the option, what was found, and what is allowed
 */
export function parseOptions<Entries extends v.ObjectEntries>(
  schema: v.StrictObjectSchema<Entries, undefined>,
  options: unknown,
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  const result = v.safeParse(schema, options, { abortEarly: true })
  if (result.success) return result.output
  const issue = result.issues[0]
  const path = issue.path?.map((item) => String(item.key)) ?? []
  if (path.length === 0)
    throw new OneLoginError('invalid_option', `Options must be an object, but ${describeValue(options)}.`)
  const name = path.join('.').replace(/\.(\d+)/g, '[$1]')
  if (issue.type === 'strict_object' && issue.expected === 'never')
    throw new OneLoginError('invalid_option', `Option "${name}" does not exist: look for a misspelt name.`)
  const value = issue.path?.at(-1)?.value
  throw new OneLoginError(
    'invalid_option',
    `Option "${name}": ${describeValue(value)}; it must be ${allowedAt(schema, path, options)}.`,
  )
}

// What was found, by its kind only: the value may be a secret.
function describeValue(value: unknown): string {
  if (value === undefined) return 'it is missing'
  if (value === '') return 'it is an empty string'
  if (value === null) return 'it is null'
  if (Array.isArray(value)) return value.length === 0 ? 'it is an empty list' : 'this list will not do'
  if (typeof value === 'object') return 'this object will not do'
  return `this ${typeof value} will not do`
}

// The words of the innermost schema on the path that has any.
function allowedAt(schema: v.GenericSchema, path: readonly string[], options: unknown): string {
  let at: unknown = schema
  let given = options
  let allowed = 'something else'
  for (const key of path) {
    at = hasEntries(at) ? at.entries[key] : undefined
    given = (given as Readonly<Record<string, unknown>> | undefined)?.[key]
    while (isWrapper(at)) at = at.wrapped
    const words = at && v.getMetadata(at as v.GenericSchema).allowed
    if (typeof words === 'string') allowed = words
    if (isLazy(at)) at = at.getter(given)
  }
  return allowed
}

function isWrapper(schema: unknown): schema is { wrapped: unknown } {
  return typeof schema === 'object' && schema !== null && 'wrapped' in schema
}

function isLazy(schema: unknown): schema is { getter: (given: unknown) => unknown } {
  return typeof schema === 'object' && schema !== null && 'getter' in schema
}

function hasEntries(schema: unknown): schema is { entries: Record<string, unknown> } {
  return typeof schema === 'object' && schema !== null && 'entries' in schema
}
