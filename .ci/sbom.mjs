#!/usr/bin/env node
// Writes the SBOM of what the package brings with it, in CycloneDX: npm run sbom [file]
//
// `npm sbom --omit dev` leaves out every package that a development dependency leads to as well, jose and valibot
// among them. So npm is shown a copy of the lock file that holds nothing but the runtime dependencies.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')
const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'))
const { name, version, license, dependencies } = read('package.json')
const lock = read('package-lock.json')

const packages = {}
const waiting = Object.keys(dependencies).map((name) => ({ name, from: '' }))
for (const { name: wanted, from } of waiting) {
  const path = find(wanted, from)
  if (packages[path]) continue
  packages[path] = lock.packages[path]
  for (const next of Object.keys(lock.packages[path].dependencies ?? {}))
    waiting.push({ name: next, from: path })
}

/** Returns where Node would find a package from another package's folder. */
function find(name, from) {
  const path = `${from && `${from}/`}node_modules/${name}`
  if (lock.packages[path]) return path
  if (!from) throw new Error(`${name} is not in the lock file`)
  return find(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))))
}

const parent = mkdtempSync(join(tmpdir(), 'sbom-'))
// npm uses the name of the folder as the name of the package.
const folder = join(parent, name)
const target = resolve(process.argv[2] ?? join(root, 'reports/sbom.cdx.json'))
try {
  mkdirSync(folder)
  const manifest = { name, version, license, dependencies }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ ...lock, packages: { '': manifest, ...packages } }),
  )
  const sbom = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--package-lock-only'],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, sbom)
  for (const component of JSON.parse(sbom).components) console.log(`${component.name} ${component.version}`)
} finally {
  rmSync(parent, { recursive: true, force: true })
}
