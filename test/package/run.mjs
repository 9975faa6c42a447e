// Packs the package, installs it in an empty project with its peers, and signs in with it: from ESM with the
// simulator, and from CommonJS. Run by `npm run check:package` after a build.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// With the documentation, the files of `new`, and the CommonJS files for Jest. Before raising it, see what grew.
const maxPackedBytes = 326_000
const folder = mkdtempSync(join(tmpdir(), 'package-test-'))
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

try {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], process.cwd()),
  )
  const unexpected = packed.files.filter(
    ({ path }) =>
      !/^(dist\/[\w./-]+\.(js|d\.ts)|dist\/chunks\/simulator\.cjs|dist\/commonjs\/(index|simulator)\.(cjs|d\.cts)|example-app\/[\w/-]+\.(ts|js|css|njk|json|md)|scaffold\/[\w./-]+|package\.json|README\.md|docs\/([a-z]+\/)?[\w-]+\.md|(CHANGELOG|CONTRIBUTING|SECURITY|SUPPORT)\.md|LICENSE)$/.test(
        path,
      ),
  )
  if (unexpected.length > 0)
    throw new Error(`Packed, and should not be: ${unexpected.map(({ path }) => path).join(', ')}`)
  console.log(`${packed.filename}: ${packed.size} bytes packed, ${packed.files.length} files`)
  if (packed.size > maxPackedBytes) throw new Error(`The packed tarball is over ${maxPackedBytes} bytes`)

  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `./${packed.filename}`,
    'express@5',
    'express-session@1',
    'passport@0.7',
  ])
  for (const file of ['service.mjs', 'visit.mjs', 'commonjs.cjs'])
    cpSync(join(import.meta.dirname, file), join(folder, file))
  process.stdout.write(run('node', ['service.mjs']))
  process.stdout.write(run('node', ['commonjs.cjs']))
  process.stdout.write(
    `The command: ${run('npx', ['--no-install', 'passport-govuk-one-login', '--version'])}`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
