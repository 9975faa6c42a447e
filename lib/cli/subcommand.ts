import type { ParseArgsConfig } from 'node:util'
import type { Terminal } from './terminal.ts'

/** The exit code: 0 if all is well, 1 if something failed or needs fixing, 2 if the arguments are invalid. */
export type ExitCode = 0 | 1 | 2

/** The values of a subcommand's flags, as `parseArgs` returns them. */
export type FlagValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

/** A subcommand. */
export interface Subcommand {
  /** The output of `--help`. */
  readonly help: string
  /** The name under which `run` gets the one argument that is not a flag. Not set if the subcommand takes none. */
  readonly argument?: string
  readonly flags: NonNullable<ParseArgsConfig['options']>
  /** Whether a command to run can follow `--`. Its words are the value of `--`. */
  readonly takesCommand?: boolean
  run(values: FlagValues, terminal: Terminal): Promise<ExitCode>
}

/** The arguments are invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The user must fix something outside the command: a file that already exists, a port that is in use. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  /** The exit code of the command. */
  readonly exitCode: ExitCode = 1
}

/** The command could not do its work, so its result is unknown. */
export class CommandFailure extends Failure {
  override readonly name = 'CommandFailure'
  override readonly exitCode = 2
}

/** Returns the value of a flag that takes text, or nothing if it is not set. */
export function textOf(values: FlagValues, flag: string): string | undefined {
  const value = values[flag]
  return typeof value === 'string' ? value : undefined
}

/** Returns the values of a flag that can be set several times. */
export function textsOf(values: FlagValues, flag: string): readonly string[] {
  const value = values[flag]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/**
 * Returns the value of a flag that takes one of several texts.
 *
 * @throws UsageError if it is none of them
 */
export function choiceOf<Choice extends string>(
  values: FlagValues,
  flag: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = textOf(values, flag)
  if (value === undefined) return undefined
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new UsageError(`--${flag} is "${value}". Use one of ${choices.join(', ')}.`)
  return found
}
