import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The result of a test run. */
export interface TestRun {
  readonly passed: number
  /** The titles of the tests that failed. */
  readonly failed: readonly string[]
  /** Whether the run finished and could load every file. */
  readonly isComplete: boolean
}

interface Report {
  readonly testResults: readonly {
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** In milliseconds. A test that hangs ends with its own timeout long before. */
const patience = 20 * 60_000

/**
 * Runs tests in a copy of the project.
 *
 * @param files - relative to `test/`, without `.test.ts`
 * @param requirement - runs the tests that name it; all if not set
 */
export async function runTests(
  root: string,
  files: readonly string[],
  requirement?: string,
): Promise<TestRun> {
  const report = join(root, 'sabotage.json')
  rmSync(report, { force: true })
  const vitest = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...files.map((file) => `test/${file}.test.ts`),
      ...(requirement === undefined ? [] : ['-t', `${requirement}(?!\\d)`, '--bail=1', '--maxWorkers=1']),
      '--typecheck.enabled=false',
      '--reporter=json',
      `--outputFile=${report}`,
    ],
    { cwd: root, stdio: 'ignore' },
  )
  const timer = setTimeout(() => vitest.kill('SIGKILL'), patience)
  await once(vitest, 'exit')
  clearTimeout(timer)
  return read(report)
}

function read(path: string): TestRun {
  let report: Report
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    return { passed: 0, failed: [], isComplete: false }
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const titles = (status: string) =>
    tests.filter((test) => test.status === status).map((test) => test.fullName)
  return {
    passed: titles('passed').length,
    failed: titles('failed'),
    isComplete: report.testResults.every(({ assertionResults }) => assertionResults.length > 0),
  }
}
