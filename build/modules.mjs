// Bundles lib/ into few files, because each file of an ES module costs time when a service starts. Each lazy import has
// its own file. Only local variables get short names, so that stack traces can be read.
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { build, transform } from 'esbuild'
import { minify } from 'terser'

const { outputFiles, metafile } = await build({
  entryPoints: {
    index: 'lib/index.ts',
    'simulator/index': 'lib/simulator/index.ts',
    'cli/main': 'lib/cli/main.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  tsconfig: 'tsconfig.build.json',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  metafile: true,
  write: false,
  logLevel: 'warning',
})

const localImports = (output) => metafile.outputs[output].imports.filter(({ external }) => !external)

/** Returns the outputs that are loaded, at once or lazily, if this output is loaded. */
function reached(output, found = new Set()) {
  if (found.has(output)) return found
  found.add(output)
  for (const { path } of localImports(output)) reached(path, found)
  return found
}

const ofLibrary = reached('dist/index.js')
for (const output of ofLibrary)
  for (const input of Object.keys(metafile.outputs[output].inputs))
    if (/^lib\/(simulator|cli)\//.test(input)) throw new Error(`The library loads ${input} in ${output}`)

// The simulator needs no ES module, so one CommonJS file has it for import, for require and for the command.
const [{ path: simulator }, ...others] = localImports('dist/simulator/index.js')
if (others.length > 0 || localImports(simulator).length > 0)
  throw new Error('The simulator is in several files')
const module = basename(simulator)
const commonjs = 'simulator.cjs'

let lazy = 0
for (const { path, text } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true })
  if (path.endsWith(simulator)) {
    const { code } = await transform(text, { format: 'cjs', platform: 'node', target: 'node20' })
    writeFileSync(path.replace(module, commonjs), await minified(code))
    continue
  }
  const code = await minified(text.replaceAll(module, commonjs))
  writeFileSync(path, [...ofLibrary].some((output) => path.endsWith(output)) ? eager(code) : code)
}
if (lazy !== 2) throw new Error(`The library imports ${lazy} modules lazily, and 2 were expected`)

async function minified(text) {
  const names = { keep_classnames: true, keep_fnames: true }
  // Node prints the whole line of an error that nobody catches.
  const format = { max_line_len: 200 }
  return (await minify(text, { parse: { module: true }, compress: false, mangle: names, format })).code
}

/** Tells webpack to create one file, which can be deployed alone. Otherwise, it creates a file for each lazy import. */
function eager(code) {
  return code.replaceAll(/\bimport\((?=")/g, () => {
    lazy++
    return "import(/* webpackMode: 'eager' */ "
  })
}
