// webpack creates a separate file for code that is imported lazily. This tells it to create only one file, so that it
// can be deployed alone. TypeScript removes comments, so this is written into the built file.
import { readFileSync, writeFileSync } from 'node:fs'

const file = 'dist/provider/egress.js'
const code = readFileSync(file, 'utf8')
const eager = code.replace("import('undici')", "import(/* webpackMode: 'eager' */ 'undici')")
if (eager === code) throw new Error(`${file} does not import undici lazily`)
writeFileSync(file, eager)
