// Creates projects in temporary folders with this package installed from its tarball, as a user does.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Runs a program and returns its output. If the program fails, throws an error with the output. */
export function run(command, args, options = {}) {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
      ...options,
    })
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`, {
      cause: error,
    })
  }
}

/** Creates an empty folder that is deleted at the end. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'package-test-'))
  folders.push(folder)
  return folder
}

/** Packs the output of `npm run build`. */
export function pack() {
  const folder = makeFolder()
  const output = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
  const [packed] = JSON.parse(output)
  return { ...packed, path: join(folder, packed.filename) }
}

/** Creates a project with files of a folder of this repository and packages from npm. */
export function makeProject(tarball, { from, packages = [], manifest = {} }) {
  const folder = makeFolder()
  if (from) cpSync(from, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  const peers = ['express@5', 'express-session@1', 'passport@0.7']
  const wanted = [
    ...peers.filter((peer) => !packages.some((name) => name.startsWith(`${peer.split('@')[0]}@`))),
    ...packages,
  ]
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', tarball, ...wanted],
    { cwd: folder },
  )
  return folder
}
