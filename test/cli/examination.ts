import { expect, onTestFinished } from 'vitest'
import { problems as problemNames, type CheckName, type Problem } from '../../lib/cli/doctor/finding.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../lib/simulator/index.ts'
import { libraryWords, saysWhatToDo } from '../docs/action.ts'
import { run } from './command-run.ts'

/** One check in the output of `--json`. */
export interface Check {
  readonly check: CheckName
  readonly outcome: 'ok' | 'warning' | 'fix' | 'unknown'
  readonly problem?: Problem
  readonly message: string
  readonly remedy?: string
}

/** The findings of the doctor. */
export interface Examined {
  readonly code: number | null
  readonly calls: number
  readonly checks: readonly Check[]
  /** The text of the problem. */
  readonly problems: readonly (Problem | undefined)[]
  readonly text: string
}

/** Starts a simulator that is closed when the test ends. */
export async function startProvider(options: SimulatorOptions = {}): Promise<Simulator> {
  const op = await startSimulator(options)
  onTestFinished(() => op.close())
  return op
}

/** Runs the doctor. */
export async function examined(
  env: Readonly<Record<string, string | undefined>>,
  flags: readonly string[] = [],
): Promise<Examined> {
  const { code, stdout } = await run(['doctor', '--json', ...flags], env)
  const { calls, checks } = JSON.parse(stdout) as Pick<Examined, 'calls' | 'checks'>
  for (const { outcome, problem } of checks)
    expect(
      [undefined, ...problemNames].includes(problem) && (outcome === 'ok') === (problem === undefined),
    ).toBe(true)
  for (const { outcome, message, remedy = '' } of checks)
    if (outcome !== 'ok') {
      expect(remedy).toSatisfy(saysWhatToDo)
      expect(message).not.toMatch(libraryWords)
    }
  const problems = checks.filter(({ outcome }) => outcome === 'fix').map(({ problem }) => problem)
  return { code, calls, checks, problems, text: stdout }
}
