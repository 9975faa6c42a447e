import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The examples of the guides in their own project, with this package installed as a user installs it. */
export interface ExampleProject extends Disposable {
  /** Runs a script of the project and returns its output. Throws if it fails. */
  runScript(name: string, env?: NodeJS.ProcessEnv): Promise<string>
  /** Runs a command in the project and returns its output. Throws if it fails. */
  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string>
  /** The path of the project. */
  readonly folder: string
}

/** Creates the project: the built package, and the rest from this repository's dependencies. */
export function createExampleProject(): ExampleProject {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'))
  cpSync(join(root, 'test/docs/examples'), folder, { recursive: true })
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '.vite') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  build(join(modules, 'passport-govuk-one-login'))
  const run: ExampleProject['run'] = async (command, args, env = {}) => {
    const { VITEST: _, NODE_ENV: _env, ...own } = process.env
    const running = promisify(execFile)(command, args, {
      cwd: folder,
      env: { ...own, ...env, NO_COLOR: '1', CI: '1' },
    })
    const { stdout, stderr } = await running.catch((error: unknown) => {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
    })
    return stdout + stderr
  }
  return {
    folder,
    run,
    runScript: (name, env) => run('npm', ['run', '--silent', name], env),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Compiles the package, a file for each file of lib/. `npm run build` bundles them. */
function build(folder: string): void {
  const lib = join(root, 'lib')
  for (const path of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue
    const target = join(folder, 'dist', path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    const { outputText } = ts.transpileModule(readFileSync(join(lib, path), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    })
    writeFileSync(target, outputText)
  }
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
}
