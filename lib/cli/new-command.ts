import { readdir } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { packageName, packageVersion } from '../package-version.ts'
import { fileProblem } from './file-problem.ts'
import { writeNewFiles } from './new-files.ts'
import { serviceFiles } from './new/service-files.ts'
import type { ServiceKind } from './new/service-kind.ts'
import { Failure, textOf, UsageError, type FlagValues, type Subcommand } from './subcommand.ts'
import { coloured, writeJson, writeLine, type Terminal } from './terminal.ts'

const help = `Usage: ${packageName} new FOLDER [flags]

Creates a complete service that signs users in with GOV.UK One Login, in a new folder: TypeScript, Express 5,
GOV.UK Frontend, English and Welsh, tests with the One Login simulator, a Dockerfile and a CI workflow.
It starts with the simulator, so you need no account and no key.

Flags:
  --identity       users also prove their identity (default)
  --sign-in-only   users only sign in
  --javascript     JavaScript instead of TypeScript
  --package SPEC   the source of ${packageName} for npm (default: ^${packageVersion})
  --json           writes JSON
  --help           this text

Exit codes: 0 written, 1 the folder is not empty or cannot be written, 2 invalid arguments.
`

/** `new`: writes a service into a new folder. */
export const newCommand: Subcommand = {
  help,
  argument: 'folder',
  flags: {
    identity: { type: 'boolean' },
    'sign-in-only': { type: 'boolean' },
    javascript: { type: 'boolean' },
    package: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(values, terminal) {
    const folder = textOf(values, 'folder')
    if (!folder)
      throw new UsageError('The name of the new folder is missing. Add it, for example: new my-service.')
    const kind = serviceKind(values, resolve(folder))
    await requireEmpty(folder)
    const files = await serviceFiles(kind)
    await writeNewFiles(
      files.map(({ path, content }) => ({ path: join(folder, path), content, mode: 0o644 })),
      { subject: 'The service', advice: 'Use a new folder.' },
    )
    if (values.json === true)
      writeJson(
        terminal.stdout,
        { folder: resolve(folder), ...kind, files: files.map(({ path }) => path) },
        2,
      )
    else explain(terminal, folder, files.length)
    return 0
  },
}

function serviceKind(values: FlagValues, folder: string): ServiceKind {
  if (values.identity === true && values['sign-in-only'] === true)
    throw new UsageError('--identity and --sign-in-only exclude each other. Use only one of them.')
  return {
    name: npmName(basename(folder)),
    identity: values['sign-in-only'] !== true,
    language: values.javascript === true ? 'javascript' : 'typescript',
    source: textOf(values, 'package') ?? `^${packageVersion}`,
  }
}

/** Returns a name that npm accepts, as close as possible to the name of the folder. */
function npmName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100)
  return name === '' || name === packageName || name === 'node-modules' ? 'my-service' : name
}

async function requireEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    if (code === 'ENOTDIR') throw new Failure(`${folder} is not a folder. Use the name of a new folder.`)
    throw new Failure(`${folder} ${fileProblem(error, 'read')}. Use the name of a new folder.`)
  })
  if (entries.length > 0)
    throw new Failure(`${folder} is not empty, so nothing was written. Use a new or empty folder.`)
}

function explain({ stdout }: Terminal, folder: string, count: number): void {
  const path = relative('', folder)
  writeLine(stdout, `Wrote ${count} files into ${folder}. Next:\n`)
  for (const step of [
    ...(path ? [`cd ${/\s/.test(path) ? `"${path}"` : path}`] : []),
    'npm install',
    'npm start',
  ])
    writeLine(stdout, `  ${coloured(stdout, 'bold', step)}`)
  writeLine(stdout, '\nThen open the address that it prints, and sign in at the One Login simulator.')
  writeLine(stdout, 'To use GOV.UK One Login itself, follow README.md.')
}
