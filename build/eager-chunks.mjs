// webpack creates a separate file for code that is imported lazily. This tells it to create only one file, so that it
// can be deployed alone. TypeScript removes comments, so this is written into the built file.
import { readFileSync, writeFileSync } from 'node:fs'

for (const file of ['dist/provider/egress.js', 'dist/sign-in/code-exchange.js']) {
  const code = readFileSync(file, 'utf8')
  const eager = code.replace(/import\((['"])(\S+)\1\)/, "import(/* webpackMode: 'eager' */ '$2')")
  if (eager === code) throw new Error(`${file} imports nothing lazily`)
  writeFileSync(file, eager)
}
