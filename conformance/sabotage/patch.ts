import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Break } from './break.ts'

/** Returns why a break cannot be made in a copy of the project, if it cannot. */
export function obstacle(root: string, { file, from, to }: Break): string | undefined {
  const found = readFileSync(join(root, file), 'utf8').split(from).length - 1
  if (from === to) return 'it changes nothing'
  return found === 1 ? undefined : `its text is in ${file} ${found} times`
}

/** Makes a break in a copy of the project. Returns the function that reverts it. */
export function make(root: string, { file, from, to }: Break): () => void {
  const path = join(root, file)
  const before = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    before.replace(from, () => to),
  )
  return () => writeFileSync(path, before)
}
