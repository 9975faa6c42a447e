import type { ParseArgsConfig } from 'node:util'
import type { Terminal } from './terminal.ts'

/** What the command ended with: all right; something failed or is to be mended; it was called in a wrong way. */
export type ExitCode = 0 | 1 | 2

/** The values of a part's flags, as `parseArgs` gives them. */
export type FlagValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

/** One part of the command. */
export interface Subcommand {
  /** What `--help` shows. */
  readonly help: string
  /** The name under which `run` gets the one argument that is no flag. Missing when the part takes none. */
  readonly argument?: string
  readonly flags: NonNullable<ParseArgsConfig['options']>
  /** Whether a command to run can follow after `--`. It is the value of `--`, as a list. */
  readonly takesCommand?: boolean
  run(values: FlagValues, terminal: Terminal): Promise<ExitCode>
}

/** The command was called in a way that it does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Something that is not the command's to mend: a file that is there already, a port that is taken. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  /** What the command ends with. */
  readonly exitCode: ExitCode = 1
}

/** The command could not do its work, so that nothing is known of what it was asked about. */
export class CannotRun extends Failure {
  override readonly name = 'CannotRun'
  override readonly exitCode = 2
}

/** The value of a flag that takes a text; none when it was not given. */
export function textOf(values: FlagValues, flag: string): string | undefined {
  const value = values[flag]
  return typeof value === 'string' ? value : undefined
}

/** The values of a flag that can be given several times. */
export function textsOf(values: FlagValues, flag: string): readonly string[] {
  const value = values[flag]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/**
 * The value of a flag that takes one of a few texts.
 *
 * @throws UsageError when it is another one
 */
export function choiceOf<Choice extends string>(
  values: FlagValues,
  flag: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = textOf(values, flag)
  if (value === undefined) return undefined
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new UsageError(`--${flag} takes ${choices.join(', ')}, not "${value}".`)
  return found
}
