import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inJavaScript } from '../../lib/cli/new/in-javascript.ts'
import { serviceManifest } from '../../lib/cli/new/service-manifest.ts'
import { run } from './command-run.ts'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'new-service-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()

interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** The imports in the sources of a service, each with its file. */
function importsIn(folder: string): { file: string; specifier: string }[] {
  return filesIn(folder)
    .filter((path) => path.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)].map(
        ([, specifier = '']) => ({ file, specifier }),
      ),
    )
}

describe('new', () => {
  it.each([[], ['--identity'], ['--sign-in-only']])(
    'writes a service that has every file and package it imports: %s',
    async (...flags) => {
      const folder = join(emptyFolder(), 'dragons')
      expect(await run(['new', folder, ...flags])).toMatchObject({ code: 0, stderr: '' })
      const { name, dependencies, devDependencies } = manifestIn(folder)
      expect(name).toBe('dragons')
      const imports = importsIn(folder)
      expect(imports.length).toBeGreaterThan(30)
      const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? ''
      const missing = imports.filter(({ file, specifier }) => {
        if (specifier.startsWith('.')) return !filesIn(folder).includes(join(dirname(file), specifier))
        if (builtinModules.includes(specifier.replace('node:', ''))) return false
        const own = file.startsWith('test/') ? { ...dependencies, ...devDependencies } : dependencies
        return !(packageOf(specifier) in own)
      })
      expect(missing).toEqual([])
      expect(Object.values({ ...dependencies, ...devDependencies })).not.toContain(undefined)
      for (const file of [
        '.gitignore',
        '.env.example',
        '.github/workflows/ci.yml',
        'Dockerfile',
        'README.md',
      ])
        expect(filesIn(folder)).toContain(file)
    },
  )

  it('writes nothing about identities into a service that only signs users in', async () => {
    const folder = emptyFolder()
    await run(['new', folder, '--sign-in-only'])
    const about = filesIn(folder).filter((path) =>
      /identit|identified|hunaniaeth/i.test(path + readFileSync(join(folder, path), 'utf8')),
    )
    expect(about).toEqual([])
  })

  it('writes the same texts in each language', async () => {
    const folder = emptyFolder()
    await run(['new', folder, '--sign-in-only'])
    const names = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([name, inner]) => [name, names(inner)])
        : undefined
    const [cy, en] = ['cy', 'en'].map((lang) =>
      names(JSON.parse(readFileSync(join(folder, `src/locales/${lang}.json`), 'utf8'))),
    )
    expect(cy).toEqual(en)
  })

  it('writes nothing into a folder that is not empty', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    const { code, stderr } = await run(['new', folder])
    expect(code).toBe(1)
    expect(stderr).toContain('is not empty')
    expect(filesIn(folder)).toEqual(['mine.txt'])
  })

  it('reports that the folder is a file', async () => {
    const file = join(emptyFolder(), 'service')
    writeFileSync(file, '')
    const { code, stderr } = await run(['new', file])
    expect(code).toBe(1)
    expect(stderr).toContain('is not a folder')
  })

  it('reports that the folder cannot be created', async () => {
    const file = join(emptyFolder(), 'file')
    writeFileSync(file, '')
    const { code, stderr } = await run(['new', join(file, 'service')])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/file/)])
  })

  it.each([
    ['no folder', []],
    ['an empty name', ['']],
    ['2 folders', ['one', 'two']],
    ['both kinds', ['one', '--identity', '--sign-in-only']],
    ['an unknown flag', ['one', '--react']],
  ])('refuses %s', async (_what, args) => {
    expect((await run(['new', ...args])).code).toBe(2)
  })

  it.each([
    ['Tax Your Dragon', 'tax-your-dragon'],
    ['.dragons', 'dragons'],
    ['ddraig–dreth', 'ddraig-dreth'],
    ['龍', 'my-service'],
    ['-a--b-', 'a-b'],
    ['Version 2', 'version-2'],
    ['a'.repeat(120), 'a'.repeat(100)],
    ['node_modules', 'my-service'],
    ['passport-govuk-one-login', 'my-service'],
  ])('names the service in the folder %s: %s', async (folder, name) => {
    const path = join(emptyFolder(), folder)
    mkdirSync(path)
    expect((await run(['new', path])).code).toBe(0)
    expect(manifestIn(path).name).toBe(name)
  })

  it('uses the package from --package', async () => {
    const folder = emptyFolder()
    await run(['new', folder, '--package', 'file:../the.tgz'])
    expect(manifestIn(folder).dependencies['passport-govuk-one-login']).toBe('file:../the.tgz')
  })

  it('uses this version of the package and the versions that it is tested with', async () => {
    const folder = emptyFolder()
    await run(['new', folder])
    const own = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as Manifest & {
      readonly version: string
      readonly engines: object
    }
    const manifest = manifestIn(folder)
    const { 'passport-govuk-one-login': source, ...others } = manifest.dependencies
    expect(source).toBe(`^${own.version}`)
    expect(own.devDependencies).toMatchObject({ ...others, ...manifest.devDependencies })
    expect(others).toHaveProperty('i18n-iso-countries')
    expect(manifest).toMatchObject({
      version: '0.1.0',
      private: true,
      type: 'module',
      engines: own.engines,
      scripts: {
        dev: 'tsx watch src/main.ts',
        build: 'tsc -p tsconfig.build.json',
        prestart: 'npm run --silent build',
        start: 'node dist/main.js',
        typecheck: 'tsc',
        test: 'vitest run --testTimeout 20000',
      },
    })
  })

  it('leaves TypeScript out of a service in JavaScript that only signs users in', () => {
    const devDependencies = { express: '5.1.0', typescript: '6.0.0', 'i18n-iso-countries': '7.0.0' }
    const own = { engines: { node: '>=22' }, devDependencies }
    const kind = { name: 'dragons', identity: false, language: 'javascript', source: '^1.0.0' } as const
    const manifest = JSON.parse(serviceManifest(kind, own)) as Manifest & { readonly scripts: object }
    expect(manifest.dependencies).toMatchObject({ express: '5.1.0', 'passport-govuk-one-login': '^1.0.0' })
    expect(JSON.stringify(manifest)).not.toMatch(/typescript|tsx|i18n-iso-countries/)
    expect(manifest.scripts).toEqual({
      dev: 'node --watch src/main.js',
      start: 'node src/main.js',
      test: 'vitest run --testTimeout 20000',
    })
  })

  it('writes documents and workflows without a build for a service in JavaScript', () => {
    const content = [
      '# Service',
      '  - run: npm run build',
      'npm run typecheck',
      'npm test',
      'CMD ["node", "dist/main.js"]',
      'Edit src/app.ts and test/app.test.ts, not src/styles.tsx.',
    ].join('\n')
    expect(inJavaScript({ path: 'README.md', content })).toEqual({
      path: 'README.md',
      content: [
        '# Service',
        'npm test',
        'CMD ["node", "src/main.js"]',
        'Edit src/app.js and test/app.test.js, not src/styles.tsx.',
      ].join('\n'),
    })
  })

  it('says what to do next, with the name of the folder in quotation marks if it needs them', async () => {
    const parent = emptyFolder()
    for (const name of ['plain', 'with space']) {
      const folder = join(parent, name)
      const { stdout } = await run(['new', folder])
      const path = relative('', folder)
      expect(stdout.split('\n')).toEqual([
        `Wrote ${filesIn(folder).length} files into ${folder}. Next:`,
        '',
        name === 'plain' ? `  cd ${path}` : `  cd "${path}"`,
        '  npm install',
        '  npm start',
        '',
        'Then open the address that it prints, and sign in at the One Login simulator.',
        'To use GOV.UK One Login itself, follow README.md.',
        '',
      ])
    }
  })

  it('lists what it wrote, also as JSON', async () => {
    const folder = emptyFolder()
    const { stdout } = await run(['new', folder, '--json', '--sign-in-only'])
    const written = JSON.parse(stdout) as { readonly files: readonly string[] }
    expect(written).toMatchObject({ folder, identity: false, language: 'typescript' })
    expect([...written.files].sort()).toEqual(filesIn(folder))
  })
})
