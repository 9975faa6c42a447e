import { fileURLToPath } from 'node:url'
import { runCommand } from '../../lib/cli/command.ts'
import { Page, type Ended } from '../cli/command-run.ts'
import { freePort } from '../support/listen.ts'

const service = fileURLToPath(new URL('command-service.ts', import.meta.url))

/** Flags of `conformance` for a service and a simulator on free ports, and the command that starts the service. */
export async function flagsFor(habit: string, ...rest: readonly string[]) {
  const [port, simulator] = [await freePort(), await freePort()]
  return {
    port,
    flags: [
      ...['--one-login', `http://127.0.0.1:${simulator}/`],
      ...['--page', `http://127.0.0.1:${port}/page`],
      ...['--identity-page', `http://127.0.0.1:${port}/identity`],
    ],
    command: ['--', process.execPath, '--import', 'tsx', service, String(port), habit, ...rest],
  }
}

/** Runs `conformance` in this process, to its end. */
export async function conformance(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  const [stdout, stderr] = [new Page(), new Page()]
  const interruption = () => new Promise(() => undefined)
  const code = await runCommand(['conformance', ...args], { stdout, stderr, env, interruption })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** The verdicts of a report in JSON, by requirement. */
export function verdictsOf(json: string): Readonly<Record<string, string>> {
  const { requirements } = JSON.parse(json) as { requirements: { id: string; verdict: string }[] }
  return Object.fromEntries(requirements.map(({ id, verdict }) => [id, verdict]))
}
