import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { aboutUser, readyUserNames } from '../../lib/simulator/users/ready-users.ts'
import { simulatorFaults } from '../../lib/simulator/index.ts'

const root = new URL('../../', import.meta.url)
const guides = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'))
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** What the guides take from `examples/`: all of an example but its test. */
const frameworkExamples = { nestjs: 'nestjs', fastify: 'fastify', opentelemetry: 'observability' }

const folder = fileURLToPath(new URL('examples/', import.meta.url))
const examples = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))

describe('the guides', () => {
  it.each(examples)('show %s as it is run', (path) => {
    const content = readFileSync(join(folder, path), 'utf8')
    const guide = read(path === 'kms-signer.ts' ? 'docs/kms-signer.md' : 'docs/testing.md')
    expect(guide).toContain(`\`\`\`${path.split('.').at(-1) ?? ''}\n${content}\`\`\``)
  })

  it.each(
    Object.entries(frameworkExamples).flatMap(([example, guide]) =>
      readdirSync(new URL(`examples/${example}/`, root))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .map((name) => ({ path: `examples/${example}/${name}`, guide: `docs/${guide}.md` })),
    ),
  )('show $path in $guide as it is run', ({ path, guide }) => {
    expect(read(guide)).toContain(`\`\`\`ts\n${read(path)}\`\`\``)
  })

  it('[SIM-3] name every fault of the stand-in, at its place', () => {
    const lists = new Map<string, string[]>()
    for (const [, place = '', text = ''] of read('docs/simulator.md').matchAll(
      /^- (`[\w-]+`|the network):(.*(?:\n {2}.*)*)/gm,
    ))
      lists.set(place.replaceAll('`', ''), namesIn(text, lists.get('the network') ?? []))
    lists.delete('the network')
    expect(Object.fromEntries(lists)).toEqual(simulatorFaults)
  })

  it('[SIM-3] name every fault in the README too', () => {
    const readme = read('README.md')
    const missing = Object.entries(simulatorFaults).flatMap(([place, faults]) => {
      const row = new RegExp(`^\\| \`${place}\` .*$`, 'm').exec(readme)?.[0] ?? ''
      const network = /^\| every endpoint .*$/m.exec(readme)?.[0] ?? ''
      return faults.filter((fault) => !`${row}${network}`.includes(`\`${fault}\``))
    })
    expect(missing).toEqual([])
  })

  it('say what is special about every ready user', () => {
    const rows = readyUserNames.map((name) => `| \`${name}\` | ${aboutUser(name)} |`)
    expect(read('docs/simulator.md')).toContain(rows.join('\n'))
  })

  it.each([...guides.map((name) => `docs/${name}`), 'README.md'])('have no dead link in %s', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
    const dead = links.filter(([, file = '', anchor]) => {
      const target =
        file === '' ? path : new URL(file, new URL(path, root)).pathname.slice(root.pathname.length)
      try {
        return anchor !== undefined && !anchorsOf(read(target)).includes(anchor)
      } catch {
        return true
      }
    })
    expect(dead.map(([link]) => link)).toEqual([])
  })

  it('are all linked from the README', () => {
    expect(guides.filter((name) => !read('README.md').includes(`(docs/${name})`))).toEqual([])
  })
})

function namesIn(text: string, network: readonly string[]): string[] {
  const own = [...text.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name)
  return text.includes('the network') ? [...network, ...own] : own
}

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}
