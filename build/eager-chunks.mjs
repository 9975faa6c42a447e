// webpack makes a file of its own of what is imported lazily. This tells it to keep one file, which can be deployed
// alone. TypeScript takes comments out, so it is written into the built file.
import { readFileSync, writeFileSync } from 'node:fs'

const file = 'dist/provider/egress.js'
const code = readFileSync(file, 'utf8')
const eager = code.replace("import('undici')", "import(/* webpackMode: 'eager' */ 'undici')")
if (eager === code) throw new Error(`${file} does not import undici lazily`)
writeFileSync(file, eager)
