import * as v from 'valibot'
import { entriesOf, notesOf } from './option-schema.ts'

/** How the text of a variable becomes a value; text that it cannot read stays as it is, for the schema to refuse. */
export type ReadVariable = (text: string) => unknown

const readText: ReadVariable = (text) => text

/** Reads a list, with spaces or commas between its items. */
export const readList: ReadVariable = (text) => text.split(/[\s,]+/).filter(Boolean)

/** Reads a number of seconds; text with a unit stays. */
export const readSeconds: ReadVariable = (text) => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text)

/** Reads `true` and `false`. */
export const readBoolean: ReadVariable = (text) =>
  text === 'true' || text === 'false' ? text === 'true' : text

/** An option that an environment variable can set. */
export function fromVariable<Schema extends v.GenericSchema>(
  variable: string,
  schema: Schema,
  read: ReadVariable = readText,
) {
  return v.pipe(schema, v.metadata({ variable, read }))
}

/** A variable, the option that it sets as a path, and how its text is read. */
export interface OptionVariable {
  readonly variable: string
  readonly path: readonly [name: string, ...member: string[]]
  readonly read: ReadVariable
}

/** The variables of an object schema, in its order. */
export function variablesOf(schema: v.GenericSchema): OptionVariable[] {
  return Object.entries(entriesOf(schema)).flatMap(([name, option]) => [
    ...variableOf(option, [name]),
    ...Object.entries(entriesOf(option)).flatMap(([member, part]) => variableOf(part, [name, member])),
  ])
}

function variableOf(schema: v.GenericSchema, path: OptionVariable['path']): OptionVariable[] {
  const { variable, read } = notesOf(schema) as Partial<OptionVariable>
  return variable && read ? [{ variable, path, read }] : []
}

const source = Symbol('variables')

/** Which variable each option was read from. The values are private: a log of the options shows them once only. */
class VariableSource {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #variables: Readonly<Record<string, string>>

  constructor(variables: readonly OptionVariable[], options: object) {
    this.#variables = Object.fromEntries(variables.map(({ variable, path }) => [path.join('.'), variable]))
    this.#values = Object.fromEntries(variables.map(({ path }) => [path.join('.'), valueAt(options, path)]))
  }

  /** The variable of an option, unless the app has replaced its value since. */
  variableOf(options: object, name: string): string | undefined {
    return this.#values[name] === valueAt(options, name.split('.')) ? this.#variables[name] : undefined
  }
}

/** Notes at options which variables they were read from. Options that they are spread into get the note too. */
export function noteVariables(options: object, variables: readonly OptionVariable[]): void {
  Object.assign(options, { [source]: new VariableSource(variables, options) })
}

/** The variable that an option has its value from; where it has none, the variable that could have set it. */
export function variableBehind(options: unknown, name: string): string | undefined {
  if (typeof options !== 'object' || options === null || !(source in options)) return undefined
  return (options[source] as VariableSource).variableOf(options, name)
}

function valueAt(options: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key],
    options,
  )
}
