// Writes the declarations of the two entry points from those that tsc wrote into dist/declarations: a file each, with
// what users can reach from it, and nothing else of lib/.
import { rmSync } from 'node:fs'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const declarations = 'dist/declarations'
const bundle = await rollup({
  input: { index: `${declarations}/index.d.ts`, 'simulator/index': `${declarations}/simulator/index.d.ts` },
  external: (name) => !/^[./]/.test(name),
  plugins: [dts()],
  onwarn: ({ message }) => {
    throw new Error(message)
  },
})
await bundle.write({ dir: 'dist', entryFileNames: '[name].d.ts' })
rmSync(declarations, { recursive: true })
