// Writes the example service and its tests as JavaScript into dist/scaffold, for `new --javascript`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import blankSpace from 'ts-blank-space'

const sources = [
  ['example-app/src', 'src'],
  ['scaffold/test', 'test'],
]
const options = { ...(await resolveConfig('example-app/src/main.ts')), parser: 'babel' }

for (const [from, to] of sources)
  for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue
    const target = join('dist/scaffold', to, path.replace(/\.ts$/, '.js'))
    const script = blankSpace(readFileSync(join(from, path), 'utf8'), (node) => {
      throw new Error(`${path}: types cannot be left out of ${node.getText()}`)
    })
    const imports = script
      .replaceAll(/(from '\.[^']+)\.ts'/g, "$1.js'")
      .replaceAll('../../example-app/src/', '../src/')
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, await format(imports, options))
  }
