import * as v from 'valibot'
import { entriesOf, notesOf } from './option-schema.ts'

/** Turns the text of a variable into a value. Returns text that it cannot read unchanged, for the schema to reject. */
export type ReadVariable = (text: string) => unknown

const readText: ReadVariable = (text) => text

/** Reads a list separated by spaces or commas. */
export const readList: ReadVariable = (text) => text.match(/[^\s,]+/g) ?? []

/** Reads a number of seconds. Text with a unit stays text. */
export const readSeconds: ReadVariable = (text) => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text)

export const readBoolean: ReadVariable = (text) =>
  text === 'true' || text === 'false' ? text === 'true' : text

/** Adds to the schema of an option the environment variable that sets it. */
export function fromVariable<Schema extends v.GenericSchema>(
  variable: string,
  schema: Schema,
  read: ReadVariable = readText,
) {
  return v.pipe(schema, v.metadata({ variable, read }))
}

/** A variable, the path of the option that it sets, and the function that reads it. */
export interface OptionVariable {
  readonly variable: string
  readonly path: readonly [name: string, ...member: string[]]
  readonly read: ReadVariable
}

/** Returns the variables of an object schema, in order. */
export function variablesOf(schema: v.GenericSchema): OptionVariable[] {
  return Object.entries(entriesOf(schema)).flatMap(([name, option]) => [
    ...variableOf(option, [name]),
    ...Object.entries(entriesOf(option)).flatMap(([member, memberSchema]) =>
      variableOf(memberSchema, [name, member]),
    ),
  ])
}

function variableOf(schema: v.GenericSchema, path: OptionVariable['path']): OptionVariable[] {
  const { variable, read } = notesOf(schema) as { variable?: string; read: ReadVariable }
  return variable ? [{ variable, path, read }] : []
}

const source = Symbol('variables')

/**
 * The variable that each option was read from. The values are private, so that a log of the options shows them only
 * once.
 */
class VariableSource {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #variables: Readonly<Record<string, string>>

  constructor(variables: readonly OptionVariable[], options: object) {
    this.#variables = Object.fromEntries(variables.map(({ variable, path }) => [path.join('.'), variable]))
    this.#values = Object.fromEntries(variables.map(({ path }) => [path.join('.'), valueAt(options, path)]))
  }

  /** Returns the variable that set an option, unless the app has since replaced the value. */
  variableOf(options: object, name: string): string | undefined {
    return this.#values[name] === valueAt(options, name.split('.')) ? this.#variables[name] : undefined
  }
}

/** Records with the options which variables they were read from. Copies made with spread syntax keep the record. */
export function noteVariables(options: object, variables: readonly OptionVariable[]): void {
  Object.assign(options, { [source]: new VariableSource(variables, options) })
}

/** Returns the variable that set an option. If the option is not set, returns the variable that could set it. */
export function variableBehind(options: object, name: string): string | undefined {
  return (options as { [source]?: VariableSource })[source]?.variableOf(options, name)
}

function valueAt(options: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key],
    options,
  )
}
