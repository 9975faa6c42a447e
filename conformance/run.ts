// npm run conformance [-- --report FILE] [-- --check]: writes docs/explanation/conformance.md, with a row for each
// requirement and the tests that prove it. It runs the tests, unless you give it the JSON report of a run. With
// --check it writes nothing, and fails if the table is out of date. It always fails if a requirement is not proven.
// npm run conformance -- --sabotage [--sample N] [--only ID]: breaks the library on purpose, one mistake at a time,
// in a copy of the project. It fails if no test of the requirement fails, or if a mistake no longer fits the code.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { sabotage } from './sabotage/run.ts'
import { externalRunIn, hasExternalRun, makeTable, titlesIn, type TestResult } from './table.ts'

/** The parts of Vitest's JSON report that are read. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const { values } = parseArgs({
  options: {
    report: { type: 'string' },
    check: { type: 'boolean', default: false },
    sabotage: { type: 'boolean', default: false },
    sample: { type: 'string' },
    only: { type: 'string' },
  },
})
const root = join(import.meta.dirname, '..')
const file = join(root, 'docs/explanation/conformance.md')
const print = (text: string) => void process.stdout.write(`${text}\n`)

if (values.sabotage) {
  const sample = values.sample === undefined ? undefined : Number(values.sample)
  process.exit((await sabotage({ root, sample, only: values.only, print })) ? 0 : 1)
}

const requirements = JSON.parse(
  readFileSync(join(import.meta.dirname, 'requirements.json'), 'utf8'),
) as Record<string, string>
const results = [...readReport(values.report ?? runTests()), ...readOtherSteps()]
const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
const today = new Date().toISOString().slice(0, 10)
const lastExternalRun = hasExternalRun(results) && !values.check ? today : externalRunIn(written)
const { text, complaints } = makeTable(requirements, results, lastExternalRun, today)

// The files with most of a row's tests change often, so that alone does not make a table out of date.
const withoutFiles = (table: string) => table.replace(/\| [^|]* \|$/gm, '')
const isOld = values.check && withoutFiles(text) !== withoutFiles(written)
if (!values.check) writeFileSync(file, text)
for (const complaint of complaints) print(complaint)
if (isOld) print('docs/explanation/conformance.md is out of date: Run npm run conformance to write it.')
if (complaints.length === 0 && !isOld)
  print(`${Object.keys(requirements).length} requirements, each of them proven.`)
process.exitCode = complaints.length > 0 || isOld ? 1 : 0

/** Returns the tests in other steps of `.ci/run`. */
function readOtherSteps(): TestResult[] {
  return ['test/package', 'test/servers', 'test/browser'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.(?:mjs|test\.ts)$/.test(name))
      .flatMap((name) => titlesIn(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'))),
  )
}

function runTests(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  process.on('exit', () => {
    rmSync(folder, { recursive: true })
  })
  const report = join(folder, 'report.json')
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: root, stdio: 'inherit' },
  )
  if (!existsSync(report)) throw new Error(`The tests could not be run: status ${status ?? 'unknown'}.`)
  return report
}

function readReport(report: string): TestResult[] {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      file: relative(root, name).replaceAll(sep, '/'),
      title: fullName,
      status,
    })),
  )
}
