import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { documents } from './documents.ts'
import { readmeService } from './readme-service.ts'

const root = new URL('../../', import.meta.url)

/** The files whose TSDoc has examples. */
const sources = readdirSync(new URL('lib/', root), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `lib/${name}`)

/** The names that blocks with a part of a service use, one on each line. */
const setting = `
import express from 'express'
import type { NextFunction } from 'express'
import type { Request } from 'express'
import type { RequestHandler } from 'express'
import type { Response } from 'express'
import session from 'express-session'
import passport from 'passport'
import { subscribe } from 'node:diagnostics_channel'
import { OneLoginStrategy } from 'passport-govuk-one-login'
import { isOneLoginError } from 'passport-govuk-one-login'
import { optionsFromEnvironment } from 'passport-govuk-one-login'
import type { OneLoginUser } from 'passport-govuk-one-login'
import { startSimulator } from 'passport-govuk-one-login/simulator'
declare const app: express.Express
declare const oneLogin: import('passport-govuk-one-login').OneLoginStrategy
declare const options: import('passport-govuk-one-login').OneLoginOptions
declare const languageOf: (req: Request) => 'en' | 'cy'
declare const accounts: { findOrCreate(sub: string, more?: object): Promise<import('passport-govuk-one-login').OneLoginUser> }
`

/** The additional names that examples of the API reference use: all exports of the package, and an app. */
const referenceSetting = `
${exportsOf('passport-govuk-one-login/simulator', 'lib/simulator/index.ts')}
${exportsOf('passport-govuk-one-login', 'lib/index.ts')}
import { it } from 'vitest'
import { expect } from 'vitest'
declare const op: import('passport-govuk-one-login/simulator').Simulator
declare const port: number
declare const secret: string
declare const error: unknown
declare const showDragons: RequestHandler
declare const showTreasure: RequestHandler
declare const closeAccount: RequestHandler
declare const kms: { sign(data: Uint8Array): Promise<Uint8Array> }
declare const drafts: { pageOf(user: unknown): string }
declare const sockets: { closeOf(sub: string): void }
declare const signInFailures: { add(count: number, attributes: object): void }
`

/** A line for each name that one of the package's entry points exports. */
function exportsOf(entry: string, file: string): string {
  const text = readFileSync(new URL(file, root), 'utf8')
  return [...text.matchAll(/^export (type )?\{(.*?)\}/gms)]
    .flatMap(([, type = '', names = '']) =>
      [...names.matchAll(/\w[\w ]*/g)].map(([name]) => `import ${type}{ ${name} } from '${entry}'`),
    )
    .join('\n')
}

/** Blocks that are files of `examples/`, as another test asserts, are compiled there. */
const compiledElsewhere = new Set(
  readdirSync(new URL('examples/', root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(new URL(`examples/${path}`, root), 'utf8')),
)

interface Block {
  readonly name: string
  readonly code: string
  /** The names that it uses. */
  readonly setting: string
}

function blocksOf(document: string): Block[] {
  const text = readFileSync(new URL(document, root), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code = ''], index) => ({ name: `${document}, block ${index + 1}`, code, setting }))
    .filter(({ code }) => !compiledElsewhere.has(code))
}

/** The examples in a source's TSDoc. */
function examplesOf(source: string): Block[] {
  const text = readFileSync(new URL(source, root), 'utf8')
  return [...text.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)].map(([, lines = ''], index) => ({
    name: `${source}, example ${index + 1}`,
    code: lines.replaceAll(/^ *\* ?/gm, ''),
    setting: setting + referenceSetting,
  }))
}

/** Names that a block imports or declares itself replace those of the setting. */
function completed({ code, setting }: Block): string {
  const imported = [...code.matchAll(/^import (.*?) from '/gms)].map(([, names = '']) => names).join(' ')
  const known = new Set<string>()
  const own = setting.split('\n').filter((line) => {
    const [, name] = /^import (?:type )?(?:\{ )?(?:type )?(\w+)/.exec(line) ?? []
    const [, declared] = /^declare const (\w+)/.exec(line) ?? []
    if (name) {
      const isNamedAgain = new RegExp(`\\b${name}\\b`).test(imported)
      const isKnown = known.has(name)
      known.add(name)
      return !isNamedAgain && !isKnown
    }
    return !declared || !new RegExp(`(?:const|function) ${declared}\\b`).test(code)
  })
  return `${own.join('\n')}\n${code}\nexport {}\n`
}

describe('the documentation', () => {
  const blocks = documents.flatMap(blocksOf)
  const isGlobal = ({ code }: Block) => code.includes('declare global')

  // A global declaration in one block would also apply to the others.
  it.each([
    { name: 'every block', some: blocks.filter((block) => !isGlobal(block)) },
    { name: 'the blocks that declare something globally', some: blocks.filter(isGlobal) },
    { name: 'every example of the API reference', some: sources.flatMap(examplesOf) },
    {
      name: "the README's service, with its own imports only",
      some: [{ name: 'README.md', code: readmeService, setting: '' }],
    },
  ])(
    'has TypeScript that compiles, in $name',
    ({ some }) => {
      expect(some.length).toBeGreaterThan(0)
      expect(problemsOf(some)).toEqual([])
    },
    120_000,
  )
})

/** The declarations of Node, Express and others, parsed once for all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** The compiler's errors in the blocks, each as its own file. */
function problemsOf(blocks: readonly Block[]): string[] {
  const { config } = ts.readConfigFile(fileURLToPath(new URL('tsconfig.json', root)), (path) =>
    ts.sys.readFile(path),
  ) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(
    // The types of the packages that the guides use are not checked here.
    { ...config.compilerOptions, skipLibCheck: true },
    fileURLToPath(root),
  )
  const files = new Map(
    blocks.map((block, index) => [
      fileURLToPath(new URL(`test/docs/block-${index}.ts`, root)),
      { name: block.name, code: completed(block) },
    ]),
  )
  const host = ts.createCompilerHost(options)
  const plain = { ...host }
  host.fileExists = (path) => files.has(path) || plain.fileExists(path)
  host.readFile = (path) => files.get(path)?.code ?? plain.readFile(path)
  host.getSourceFile = (path, version, ...rest) => {
    const file = files.get(path)
    if (file) return ts.createSourceFile(path, file.code, version)
    if (!parsed.has(path)) parsed.set(path, plain.getSourceFile(path, version, ...rest))
    return parsed.get(path)
  }
  // Declarations of other packages are checked with the whole project.
  const ofBlocks = { noUnusedLocals: false, noUnusedParameters: false, noEmit: true, skipLibCheck: true }
  const program = ts.createProgram([...files.keys()], { ...options, ...ofBlocks }, host)
  // Only of the blocks: the sources that they import are checked with the whole project.
  const sources = [...files.keys()].flatMap((path) => program.getSourceFile(path) ?? [])
  const problems = sources.flatMap((source) => ts.getPreEmitDiagnostics(program, source))
  return problems.map(({ file, messageText, start = 0 }) => {
    const line = file ? file.text.slice(0, start).split('\n').length : 0
    const found = file && files.get(file.fileName)
    return `${found?.name ?? file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} (${file?.text.split('\n')[line - 1]?.trim() ?? ''})`
  })
}
