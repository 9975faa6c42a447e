import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** The rows of the table of tools in SUPPORT, each with what it says about it. */
const rows = read('SUPPORT.md')
  .split('### Tools and other runtimes')[1]
  ?.matchAll(/^\| (?<tool>[^|]+) \| (?<works>Yes|No)\b/gm)

/** What proves a "yes", for each tool that does not come from a bundler or a test runner. */
const proofs = {
  'AWS Lambda with serverless-http, HTTP API events': [
    'examples/lambda/handler.test.ts',
    '[USE-5] signs a user in',
  ],
  "Node's permission model": ['test/package/runtimes.mjs', "signIn('Permission model'"],
  "pnpm, Yarn with Plug'n'Play": ['test/package/runtimes.mjs', "signIn('pnpm'", "signIn('Yarn PnP'"],
  'Deno 2': ['test/package/runtimes.mjs', "signIn('Deno'"],
} as const

it('[USE-5] SUPPORT says yes to each runtime and package manager that a check signs in with, and to no other', () => {
  const others = [...(rows ?? [])]
    .map(({ groups }) => groups)
    .filter((row) => !/esbuild|Jest/.test(row?.tool ?? ''))
  expect(others.filter((row) => row?.works === 'Yes').map((row) => row?.tool)).toEqual(Object.keys(proofs))
  expect(others.filter((row) => row?.works === 'No').map((row) => row?.tool)).toEqual(['Bun'])
  for (const [file, ...parts] of Object.values(proofs)) {
    for (const part of parts) expect(read(file)).toContain(part)
  }
  expect(read('package.json')).toContain('node test/package/runtimes.mjs')
})
