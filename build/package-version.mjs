// Writes the version from package.json into lib/package-version.ts. `npm version` runs it.
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const file = new URL('lib/package-version.ts', root)
writeFileSync(file, readFileSync(file, 'utf8').replace(/'\d+\.\d+\.\d+[^']*'/, `'${version}'`))
