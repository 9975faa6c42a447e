// Creates the files for tools that cannot `require` an ES module, such as Jest: a CommonJS file of the library with
// the ES modules that it needs, and an entry point of the simulator, whose code is CommonJS anyway. Node itself uses the
// ES modules, by the condition "module-sync", so a process has one copy of the library and uses the dependencies that
// npm installed.
import { readFileSync, writeFileSync } from 'node:fs'
import { build, transform } from 'esbuild'

const bundled = ['jose', 'oauth4webapi', 'openid-client']
const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const licences = bundled.map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
  const [copyright] = /Copyright \(c\).*/.exec(readFileSync(`node_modules/${name}/LICENSE.md`, 'utf8'))
  return `${name} ${version}, ${license}, ${copyright}`
})

const { metafile } = await build({
  entryPoints: ['lib/index.ts'],
  tsconfig: 'tsconfig.build.json',
  outdir: 'dist/commonjs',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  external: Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !bundled.includes(name)),
  // Jest supports import() only with a flag of Node.
  supported: { 'dynamic-import': false },
  banner: { js: `/*! With ${licences.join('; ')}. LICENSE has the terms of MIT. */` },
  metafile: true,
  logLevel: 'warning',
})

const unexpected = Object.keys(metafile.inputs).filter(
  (path) => !path.startsWith('lib/') && !bundled.some((name) => path.includes(`node_modules/${name}/`)),
)
if (unexpected.length > 0) throw new Error(`Bundled, and should not be: ${unexpected.join(', ')}`)

const simulator = readFileSync('dist/simulator/index.js', 'utf8')
const { code } = await transform(simulator, {
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
})
writeFileSync('dist/commonjs/simulator.cjs', code)

// The types are the same as those of the ES modules.
writeFileSync('dist/commonjs/index.d.cts', "export * from '../index.js'\n")
writeFileSync('dist/commonjs/simulator.d.cts', "export * from '../simulator/index.js'\n")
