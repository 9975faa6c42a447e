import { parseArgs } from 'node:util'
import { flagErrorMessage } from './flag-error.ts'
import { Failure, UsageError, type ExitCode, type FlagValues, type Subcommand } from './subcommand.ts'
import { packageName, packageVersion } from '../package-version.ts'
import { visible, writeLine, type Terminal } from './terminal.ts'

/** The subcommands. Each is loaded when it is used, because only the simulator needs Express. */
const subcommands: Readonly<Record<string, () => Promise<Subcommand>>> = {
  new: async () => (await import('./new-command.ts')).newCommand,
  simulator: async () => (await import('./simulator-command.ts')).simulatorCommand,
  keys: async () => (await import('./keys-command.ts')).keysCommand,
  conformance: async () => (await import('./conformance-command.ts')).conformanceCommand,
  doctor: async () => (await import('./doctor-command.ts')).doctorCommand,
}

const help = `Usage: ${packageName} PART [flags]

Parts:
  new         creates a service that uses GOV.UK One Login in a new folder
  simulator   runs a GOV.UK One Login simulator, for a service in any language
  keys        creates the key pair that a service uses to authenticate to One Login
  doctor      checks a service's options and registration with One Login, and shows what to fix
  conformance checks a running service, in any language, against the requirements of One Login

Flags:
  --help      help for a part, for example: ${packageName} doctor --help
  --version   the version of this package

Exit codes: 0 all is well, 1 something failed or needs fixing, 2 invalid arguments.
`

/**
 * Runs the command.
 *
 * @param args - the arguments after the command's name
 * @param terminal - the input, output and environment
 * @returns the exit code: 0 if all is well, 1 if something failed or needs fixing, 2 if the arguments are invalid
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = args
  if (first === '--help' || first === '-h') {
    terminal.stdout.write(help)
    return 0
  }
  if (first === '--version') {
    writeLine(terminal.stdout, packageVersion)
    return 0
  }
  const load = first !== undefined && Object.hasOwn(subcommands, first) ? subcommands[first] : undefined
  if (!first || !load) {
    if (first !== undefined) writeLine(terminal.stderr, `Unknown part "${first}". Use one of these parts.\n`)
    terminal.stderr.write(help)
    return 2
  }
  return runSubcommand(first, await load(), rest, terminal)
}

async function runSubcommand(
  called: string,
  subcommand: Subcommand,
  args: string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    const values = flagsOf(subcommand, args)
    if (values.help !== true) return await subcommand.run(values, terminal)
    terminal.stdout.write(subcommand.help)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      writeLine(terminal.stderr, visible(error.message))
      writeLine(terminal.stderr, `See: ${packageName} ${called} --help`)
      return 2
    }
    if (!(error instanceof Failure)) throw error
    writeLine(terminal.stderr, visible(error.message))
    return error.exitCode
  }
}

function flagsOf({ flags, argument, takesCommand = false }: Subcommand, given: string[]): FlagValues {
  const options: Subcommand['flags'] = { help: { type: 'boolean', short: 'h' }, ...flags }
  const end = takesCommand && given.includes('--') ? given.indexOf('--') : given.length
  const args = given.slice(0, end)
  try {
    const allowPositionals = argument !== undefined
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals })
    if (positionals.length > 1)
      throw new UsageError(`Too many arguments: ${positionals.slice(1).join(' ')}. Remove them.`)
    return {
      ...values,
      ...(argument !== undefined && { [argument]: positionals[0] }),
      ...(takesCommand && { '--': given.slice(end + 1) }),
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(flagErrorMessage(error, args, Object.keys(options)))
  }
}
