// webpack creates a separate file for code that is imported lazily. This tells it to create only one file, so that it
// can be deployed alone. TypeScript removes comments, so this is written into the built file.
import { readFileSync, writeFileSync } from 'node:fs'

const lazy = { 'dist/provider/egress.js': 'undici', 'dist/sign-in/code-exchange.js': 'openid-client' }
for (const [file, name] of Object.entries(lazy)) {
  const code = readFileSync(file, 'utf8')
  const eager = code.replace(`import('${name}')`, `import(/* webpackMode: 'eager' */ '${name}')`)
  if (eager === code) throw new Error(`${file} does not import ${name} lazily`)
  writeFileSync(file, eager)
}
