import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

it.each([
  {
    path: 'bench/apps/careful.ts',
    words: (lines: number) => `${lines} lines for sign-in and identity only`,
  },
  { path: 'bench/apps/ours.ts', words: (lines: number) => `does more in ${lines} lines` },
])('has the right number of lines of $path in the comparison', ({ path, words }) => {
  const page = read('docs/explanation/comparison.md').replaceAll('\n', ' ')
  expect(page).toContain(words(read(path).trimEnd().split('\n').length))
})
