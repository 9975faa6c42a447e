// Bundles a service with esbuild and with webpack, as ESM and as CommonJS, and runs each file alone in an empty folder.
import assert from 'node:assert/strict'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, makeProject, pack, run } from './install.mjs'

const { path: tarball, version } = pack()
const project = makeProject(tarball, {
  from: join(import.meta.dirname, 'bundled'),
  packages: ['esbuild@0.28', 'webpack@5', 'webpack-cli@6'],
})

// Express loads what it finds by name, and some packages still use `require`.
const banner = 'import { createRequire } from "node:module"; const require = createRequire("file:///");'

const bundlers = {
  esbuild: (format, outfile) =>
    run(
      'npx',
      [
        'esbuild',
        'service.mjs',
        '--bundle',
        '--platform=node',
        '--target=node20',
        `--format=${format}`,
        `--outfile=${outfile}`,
        '--log-level=error',
        ...(format === 'esm' ? [`--banner:js=${banner}`] : []),
      ],
      { cwd: project },
    ),
  webpack: (format, outfile) =>
    run(
      'npx',
      [
        'webpack',
        '--config',
        'webpack.config.cjs',
        '--env',
        `format=${format}`,
        '--env',
        `outfile=${outfile}`,
      ],
      { cwd: project },
    ),
}

// The provider is a separate process: a bundle of a service does not contain the simulator.
for (const [bundler, bundle] of Object.entries(bundlers))
  for (const format of ['esm', 'cjs']) {
    const file = format === 'esm' ? 'service.mjs' : 'service.cjs'
    const output = join(makeFolder(), file)
    bundle(format, output)
    const alone = makeFolder()
    cpSync(output, join(alone, file))
    assert.deepEqual(readdirSync(alone), [file])
    const said = run(
      'node',
      [join(import.meta.dirname, 'signed-in-to.mjs'), join(alone, file), join(project, 'node_modules')],
      { cwd: alone },
    )
    assert.match(
      said,
      new RegExp(`^passport-govuk-one-login/${version.replaceAll('.', '\\.')} signed a user in`),
    )
    console.log(`[USE-1] signs a user in, bundled by ${bundler} as ${format}: ${said.trim()}`)
  }
