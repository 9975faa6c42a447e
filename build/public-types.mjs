// Removes declarations from dist that the package's two entry points do not import.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const reached = new Set()

function reach(file) {
  if (reached.has(file)) return
  reached.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const declaration = join(dirname(file), path.replace(/\.[jt]s$/, '.d.ts'))
    if (!existsSync(declaration)) throw new Error(`${file} imports ${path}, which is not there`)
    reach(declaration)
  }
}

reach(join('dist', 'index.d.ts'))
reach(join('dist', 'simulator', 'index.d.ts'))
for (const path of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const file = join('dist', path)
  if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
}
