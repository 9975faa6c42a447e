import * as v from 'valibot'
import { OneLoginError } from '../errors.ts'
import { entriesOf, notesOf } from './option-schema.ts'
import { variableBehind } from './option-variable.ts'

/**
 * Checks options against their schema.
 *
 * @param schema - an object schema. Each entry has a description
 * @param options - the options from the app
 * @throws OneLoginError `invalid_option` that names the option, what was received, and what to use
 */
export function parseOptions<Entries extends v.ObjectEntries>(
  schema: v.StrictObjectSchema<Entries, undefined>,
  options: unknown,
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  const result = v.safeParse(schema, options)
  if (result.success) return result.output
  const issue = result.issues[0]
  const path = issue.path?.map(({ key }) => String(key)) ?? []
  if (path.length === 0)
    throw new OneLoginError(
      'invalid_option',
      `The options must be an object, but ${receivedKind(options)}. Pass an object.`,
    )
  const name = path.join('.').replace(/\.(\d+)/g, '[$1]')
  if (issue.expected === 'never')
    throw new OneLoginError('invalid_option', `Option "${name}" does not exist. Check its spelling.`, {
      option: name,
    })
  const { allowed, isConfidential } = notesAt(schema, path, options)
  const value = issue.path?.at(-1)?.value
  const label = optionLabel(options as object, name)
  const received = isConfidential ? receivedKind(value) : receivedValue(value)
  throw new OneLoginError(
    'invalid_option',
    `${label}${received.startsWith('is') ? ' ' : ': '}${received}. Use ${String(allowed)}.`,
    { option: name },
  )
}

/**
 * Returns an error about one option.
 *
 * @param options - all the options
 * @param name - the name of the option, such as `session.idle`
 * @param problem - one or more sentences, without the last full stop
 */
export function invalidOption(options: object, name: string, problem: string): OneLoginError {
  return new OneLoginError('invalid_option', `${optionLabel(options, name)}: ${problem}.`, { option: name })
}

/** Returns the label of an option in messages: its name, and the variable that set it. */
export function optionLabel(options: object, name: string): string {
  const variable = variableBehind(options, name.replace(/\[\d+\]/, ''))
  return `Option "${name}"${variable ? ` (variable ${variable})` : ''}`
}

// Returns the notes of the innermost schema on the path that has a description.
function notesAt(schema: v.GenericSchema, path: readonly string[], options: unknown) {
  let at: v.GenericSchema | undefined = schema
  let given = options
  let notes: Readonly<Record<string, unknown>> = {}
  for (const key of path) {
    at = entriesOf(at, given)[key]
    given = (given as Readonly<Record<string, unknown>>)[key]
    notes = { ...notes, ...notesOf(at) }
  }
  return notes
}

function receivedKind(value: unknown): string {
  if (value === undefined) return 'is missing'
  if (value === null) return 'is null'
  if (value === '') return 'is an empty string'
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'received a list'
  return `received ${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
}

const longestShown = 200

// A value that looks like a secret is never shown, whatever the option: someone may have put it in the wrong place.
function receivedValue(value: unknown): string {
  if (typeof value === 'number') return `received ${value}`
  if (typeof value === 'boolean') return `received ${String(value)}`
  const items = Array.isArray(value) ? value : [value]
  const isShown = items.length > 0 && items.every(isHarmlessText)
  return isShown ? `received ${JSON.stringify(value)}` : receivedKind(value)
}

function isHarmlessText(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= longestShown &&
    !/[\w+=-]{32}|-----|\/\/[^/]*@/.test(value)
  )
}
