// npm run conformance: runs the tests and writes docs/conformance.md, a row for each requirement with its tests.
// It fails when a requirement has no test, or one that fails.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const root = join(import.meta.dirname, '..')
const table = join(root, 'docs/conformance.md')
const requirements = JSON.parse(
  readFileSync(join(import.meta.dirname, 'requirements.json'), 'utf8'),
) as Record<string, string>
const outputFile = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'report.json')
spawnSync(
  'npx',
  ['vitest', 'run', '--typecheck.enabled=false', '--reporter=json', `--outputFile=${outputFile}`],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)
const report = JSON.parse(readFileSync(outputFile, 'utf8')) as Report
const tests = report.testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ fullName, status }) => ({ file: relative(root, name), title: fullName, status })),
)

/** SIM-4 needs the official simulator, which no registry has: the date of its last run is kept from the last table. */
const lastSeen = /^\| SIM-4 .*?(\d{4}-\d\d-\d\d)/m.exec(readTable())?.[1]
const rows: string[] = []
const unproven: string[] = []
for (const [id, text] of Object.entries(requirements)) {
  const own = tests.filter(({ title }) => title.includes(`[${id}]`))
  const passed = own.filter(({ status }) => status === 'passed')
  const failed = own.filter(({ status }) => status === 'failed')
  const files = [...new Set(own.map(({ file }) => `\`${file}\``))].join(', ')
  const today = new Date().toISOString().slice(0, 10)
  const external =
    id === 'SIM-4'
      ? ` Last against the official simulator: ${passed.length > 0 ? today : (lastSeen ?? 'never')}.`
      : ''
  if (failed.length > 0 || (passed.length === 0 && id !== 'SIM-4')) unproven.push(id)
  const outcome = failed.length > 0 ? `**${failed.length} of ${own.length} fail**` : `${passed.length} pass`
  rows.push(`| ${id} | ${text}${external} | ${outcome} | ${files} |`)
}
writeFileSync(
  table,
  [
    '# Conformance',
    '',
    'Written by `npm run conformance`. Each requirement of GOV.UK One Login, in our words, with the tests that prove it: a',
    'test carries the id of its requirement in its title.',
    '',
    '| id | requirement | tests | where |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n'),
)
process.stdout.write(
  `${rows.length} requirements, ${tests.length} tests. Not proven: ${unproven.join(', ') || 'none'}.\n`,
)
process.exitCode = unproven.length > 0 ? 1 : 0

function readTable(): string {
  try {
    return readFileSync(table, 'utf8')
  } catch {
    return ''
  }
}
