import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { Failure, UsageError, type ExitCode, type FlagValues, type Part } from './part.ts'
import { writeLine, type Terminal } from './terminal.ts'

const { name, version } = createRequire(import.meta.url)('../../package.json') as {
  name: string
  version: string
}

/** The parts, loaded when they are called for: only the simulator needs Express. */
const parts: Readonly<Record<string, () => Promise<Part>>> = {
  simulator: async () => (await import('./simulator.ts')).simulator,
  keys: async () => (await import('./keys.ts')).keys,
  doctor: async () => (await import('./doctor.ts')).doctor,
}

const help = `Usage: ${name} PART [flags]

Parts:
  simulator   runs a stand-in for GOV.UK One Login, for a service in any language
  keys        makes the key pair with which a service proves to One Login who it is
  doctor      says what of a service's options and registration is right, and what to mend

Flags:
  --help      what a part does, for example: ${name} doctor --help
  --version   the version of this package

Exit codes: 0 all right, 1 something failed or is to be mended, 2 called in a wrong way.
`

/**
 * Runs the command.
 *
 * @param args - what follows the command's name
 * @param terminal - where it runs
 * @returns the exit code: 0 all right, 1 something failed or is to be mended, 2 called in a wrong way
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = args
  if (first === '--help' || first === '-h') {
    terminal.stdout.write(help)
    return 0
  }
  if (first === '--version') {
    writeLine(terminal.stdout, version)
    return 0
  }
  const load = first !== undefined && Object.hasOwn(parts, first) ? parts[first] : undefined
  if (!first || !load) {
    if (first !== undefined) writeLine(terminal.stderr, `There is no part called "${first}".\n`)
    terminal.stderr.write(help)
    return 2
  }
  return runPart(first, await load(), rest, terminal)
}

async function runPart(called: string, part: Part, args: string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const values = flagsOf(part, args)
    if (values.help !== true) return await part.run(values, terminal)
    terminal.stdout.write(part.help)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      writeLine(terminal.stderr, error.message)
      writeLine(terminal.stderr, `See: ${name} ${called} --help`)
      return 2
    }
    if (!(error instanceof Failure)) throw error
    writeLine(terminal.stderr, error.message)
    return 1
  }
}

function flagsOf(part: Part, args: string[]): FlagValues {
  try {
    const options: Part['flags'] = { help: { type: 'boolean', short: 'h' }, ...part.flags }
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
