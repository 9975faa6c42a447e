import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
}

const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** Every package that an installation of this package adds, by name. */
function installed(): Manifest[] {
  const found = new Map<string, Manifest>()
  const waiting = Object.keys(manifestIn(root).dependencies ?? {})
  for (const name of waiting) {
    if (found.has(name)) continue
    const manifest = manifestIn(join(root, 'node_modules', name))
    found.set(name, manifest)
    waiting.push(...Object.keys(manifest.dependencies ?? {}))
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
}

describe('the dependencies', () => {
  it('are the list in SECURITY.md, each with its licence and a reason', () => {
    const [, section = ''] = readFileSync(join(root, 'SECURITY.md'), 'utf8').split('## Dependencies')
    const rows = [...section.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)]
    expect(rows.map(([, name, license]) => ({ name, license }))).toEqual(
      installed().map(({ name, license }) => ({ name, license })),
    )
    expect(rows.filter(([, , , reason = '']) => reason.trim() === '')).toEqual([])
  })

  it('have licences that a public service can use without asking', () => {
    const allowed = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']
    expect(installed().filter(({ license }) => !allowed.includes(license))).toEqual([])
  })

  it('run nothing when they are installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall']
    const running = installed().filter(({ scripts = {} }) => hooks.some((hook) => hook in scripts))
    expect(running.map(({ name }) => name)).toEqual([])
  })

  it('are the list in the SBOM', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sbom-test-'))
    try {
      const file = join(folder, 'sbom.json')
      execFileSync(process.execPath, [join(root, '.ci/sbom.mjs'), file], { stdio: 'pipe' })
      const sbom = JSON.parse(readFileSync(file, 'utf8')) as {
        bomFormat: string
        metadata: { component: { name: string; version: string } }
        components: { name: string; version: string; licenses: { license: { id: string } }[] }[]
      }
      const { name, version } = manifestIn(root)
      expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name, version } } })
      expect(
        sbom.components.map(({ name, version, licenses }) => ({
          name,
          version,
          license: licenses[0]?.license.id,
        })),
      ).toEqual(installed().map(({ name, version, license }) => ({ name, version, license })))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
