// Compiles a strict service against the tarball in every row of USE-3. `--all` compiles every combination. Without it,
// every value is in some row.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeProject, pack, run } from './install.mjs'

const compilers = {
  5.8: 'typescript@5.8',
  5.9: 'typescript@5.9',
  '6.0': 'typescript@6.0',
  '7.0': 'typescript@7.0',
}
const nodeTypes = { 20: '@types/node@20', newest: '@types/node@latest' }
const expressTypes = { 4: '@types/express@4', 5: '@types/express@5' }
const formats = {
  'ESM, nodenext': { type: 'module', module: 'NodeNext', moduleResolution: 'NodeNext' },
  'CommonJS, nodenext': { type: 'commonjs', module: 'NodeNext', moduleResolution: 'NodeNext' },
  'ESM, bundler': { type: 'module', module: 'ESNext', moduleResolution: 'Bundler' },
  'CommonJS, bundler': { type: 'commonjs', module: 'Preserve', moduleResolution: 'Bundler' },
}

const { path: tarball } = pack()
const tools = Object.entries(compilers).map(([name, spec]) => `typescript-${name}@npm:${spec}`)
const folders = Object.entries(nodeTypes).flatMap(([node, nodeSpec]) =>
  Object.entries(expressTypes).map(([express, expressSpec]) => ({
    name: `@types/node ${node}, @types/express ${express}`,
    folder: makeProject(tarball, {
      from: join(import.meta.dirname, 'consumer'),
      packages: [
        nodeSpec,
        expressSpec,
        `express@${express}`,
        '@types/express-session@1',
        '@types/passport@1',
        ...(node === '20' && express === '4' ? tools : []),
      ],
    }),
  })),
)
const toolsIn = folders[0].folder

const isForAll = process.argv.includes('--all')
let rows = 0
for (const [at, [compiler]] of Object.entries(Object.entries(compilers)))
  for (const [format, [name, { type, ...options }]] of Object.entries(Object.entries(formats)))
    for (const [place, { folder, name: types }] of folders.entries()) {
      if (!isForAll && place !== (Number(at) + Number(format)) % folders.length) continue
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2022'],
            types: ['node'],
            strict: true,
            noUncheckedIndexedAccess: true,
            exactOptionalPropertyTypes: true,
            noEmit: true,
            skipLibCheck: false,
            esModuleInterop: true,
            ...options,
          },
          include: ['service.ts'],
        }),
      )
      run('npm', ['pkg', 'set', `type=${type}`], { cwd: folder })
      run('node', [join(toolsIn, `node_modules/typescript-${compiler}/bin/tsc`), '-p', folder], {
        cwd: folder,
      })
      rows += 1
      console.log(`TypeScript ${compiler}, ${name}, ${types}: compiles`)
    }
console.log(`${rows} rows compile`)
