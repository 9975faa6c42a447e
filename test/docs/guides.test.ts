import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { conformanceCommand as conformance } from '../../lib/cli/conformance-command.ts'
import { doctorCommand as doctor } from '../../lib/cli/doctor-command.ts'
import { keysCommand as keys } from '../../lib/cli/keys-command.ts'
import { newCommand } from '../../lib/cli/new-command.ts'
import { serviceScripts } from '../../lib/cli/new/service-manifest.ts'
import { simulatorCommand as simulator } from '../../lib/cli/simulator-command.ts'
import { optionVariables } from '../../lib/options/from-environment.ts'
import { aboutUser, readyUserNames } from '../../lib/simulator/users/ready-users.ts'
import { documents, pages } from './documents.ts'
import { withFaults } from './faults-table.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const subcommands = [newCommand, simulator, keys, doctor, conformance]

/** The files of `examples/` in the guides: all of an example except its test. */
const frameworkExamples = {
  nestjs: 'nestjs',
  fastify: 'fastify',
  'fastify-express': 'fastify',
  opentelemetry: 'observability',
}

const folder = fileURLToPath(new URL('examples/', import.meta.url))
const examples = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))

describe('the guides', () => {
  it.each(examples)('show %s as it runs', (path) => {
    const content = readFileSync(join(folder, path), 'utf8')
    const block = `\`\`\`${path.split('.').at(-1) ?? ''}\n${content}\`\`\``
    expect(documents.filter((document) => read(document).includes(block))).not.toEqual([])
  })

  it.each(
    Object.entries(frameworkExamples).flatMap(([example, guide]) =>
      readdirSync(new URL(`examples/${example}/`, root))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .map((name) => ({ path: `examples/${example}/${name}`, guide: `docs/guides/${guide}.md` })),
    ),
  )('show $path in $guide as it runs', ({ path, guide }) => {
    expect(read(guide)).toContain(`\`\`\`ts\n${read(path)}\`\`\``)
  })

  it('[SIM-3] say what every fault of the simulator changes: npm run docs:faults writes it', () => {
    const page = read('docs/reference/simulator.md')
    expect(withFaults(page)).toBe(page)
  })

  it('describe every ready user', () => {
    const rows = readyUserNames.map((name) => `| \`${name}\` | ${aboutUser(name)} |`)
    expect(read('docs/reference/simulator.md')).toContain(rows.join('\n'))
  })

  it.each(documents)('have no dead link in %s', (path) => {
    const links = [...withoutBlocks(read(path)).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
    const dead = links.filter(([, file = '', anchor]) => {
      const target =
        file === '' ? path : new URL(file, new URL(path, root)).pathname.slice(root.pathname.length)
      if (!existsSync(new URL(target, root))) return true
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor)
    })
    expect(dead.map(([link]) => link)).toEqual([])
  })

  it('show every picture in docs/screenshots/, with a text instead of it', () => {
    const pictures = pages.flatMap((path) => [
      ...read(path).matchAll(/!\[([^\]]{20,})\]\(\.\.\/screenshots\/([^)]+)\)/g),
    ])
    expect(pictures.map(([, , file]) => file).sort()).toEqual(
      readdirSync(new URL('docs/screenshots/', root)).sort(),
    )
  })

  // The package has no pictures: there, readers see the text instead.
  it.each([...pages, 'README.md', 'docs/README.md'])('link in %s to files of the package only', (path) => {
    const links = [...withoutBlocks(read(path)).matchAll(/(?<!!\[[^\]]*)\]\((?!https?:)([^)#]+)/g)]
    const targets = links.map(([, file = '']) =>
      new URL(file, new URL(path, root)).pathname.slice(root.pathname.length),
    )
    expect(targets.filter((target) => !/^(?:docs\/.+|[A-Z]+|example-app\/README)\.md$/.test(target))).toEqual(
      [],
    )
  })

  // The table of conformance has short names of test files, from those that ran.
  it.each(documents.filter((path) => !path.endsWith('/conformance.md')))(
    'name no missing file in %s',
    (path) => {
      const named = [
        ...read(path).matchAll(/`((?:lib|test|docs|bench|example-app|build|\.ci|\.github)\/[^`\s*]*)`/g),
      ]
      const written = ['site/']
      const missing = named.filter(
        ([, file = '']) => !written.includes(file) && !existsSync(new URL(file, root)),
      )
      expect(missing.map(([, file]) => file)).toEqual([])
    },
  )

  it.each(documents)('name no unknown script in %s', (path) => {
    const scripts = new Set([
      ...['package.json', 'test/docs/examples/package.json'].flatMap((file) => scriptsOf(file)),
      ...Object.keys(serviceScripts.typescript),
    ])
    const named = [...read(path).matchAll(/\bnpm (?:run (?:-s |--silent )?([\w:]+)|(start|test)\b)/g)]
    expect(named.map(([, a, b]) => a ?? b ?? '').filter((name) => !scripts.has(name))).toEqual([])
  })

  it.each(documents)('name no unknown part or flag of the command in %s', (path) => {
    const calls = [...read(path).matchAll(/npx passport-govuk-one-login (\w+)((?: [^\n`|)]*)?)/g)]
    for (const [call, name = '', rest = ''] of calls) {
      const [subcommand] = subcommands.filter(({ help }) =>
        help.includes(`passport-govuk-one-login ${name} `),
      )
      const flags = [...rest.matchAll(/ --([\w-]+)/g)].map(([, flag = '']) => flag)
      const known = [...Object.keys(subcommand?.flags ?? {}), 'help']
      expect(subcommand, call).toBeDefined()
      expect(
        flags.filter((flag) => !known.includes(flag)),
        call,
      ).toEqual([])
    }
  })

  it.each(documents)('name no unused variable in %s', (path) => {
    const named = [...read(path).matchAll(/\bONE_LOGIN_[A-Z_]*[A-Z]\b(?!\*)/g)].map(([variable]) => variable)
    const unknown = named.filter((variable) => !(variable in optionVariables))
    expect(unknown.filter((name) => !read(path).includes(`const ${name} =`))).toEqual([])
  })

  it.each(documents)('have JavaScript and JSON in %s that can be parsed', (path) => {
    for (const [, language, code = ''] of read(path).matchAll(/^```(js|json)\n(.*?)^```$/gms)) {
      const name = `block.${language ?? ''}`
      const source = ts.createSourceFile(name, code, ts.ScriptTarget.ES2023, true) as ts.SourceFile & {
        parseDiagnostics: readonly ts.Diagnostic[]
      }
      expect(
        source.parseDiagnostics.map(({ messageText }) => messageText),
        code,
      ).toEqual([])
    }
  })

  it('are all linked from docs/README.md', () => {
    const index = read('docs/README.md')
    expect(pages.filter((page) => !index.includes(`(${page.slice('docs/'.length)})`))).toEqual([])
  })
})

function withoutBlocks(text: string): string {
  return text.replace(/^```.*?^```$/gms, '')
}

function scriptsOf(path: string): string[] {
  return Object.keys((JSON.parse(read(path)) as { scripts: object }).scripts)
}

function anchorsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}
