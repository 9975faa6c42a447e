// npm run fuzz [-- --seconds N] [-- --target NAME] [-- --jazzer]: passes random changes of valid and invalid input to
// the parsers and verifiers. Fails on an error that is not a rejection, on an accepted forgery, and on an input that
// takes a long time. With --jazzer, Jazzer.js chooses the inputs by the code that they reach: npx downloads it, and
// it needs glibc 2.38. Each finding becomes a test.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startingInputs } from './findings.ts'
import { seeds } from './seeds.ts'
import type { Progress } from './target-process.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    jazzer: { type: 'boolean', default: false },
  },
})
/** The milliseconds without a message after which a target counts as hanging. */
const patience = 60_000
const root = join(import.meta.dirname, '..')
const print = (text: string) => void process.stdout.write(`${text}\n`)
const queue = values.target === undefined ? Object.keys(seeds) : [values.target]
let findings = 0
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let target = queue.shift(); target; target = queue.shift()) {
      const finding = values.jazzer ? await withJazzer(target) : await inProcess(target)
      if (finding === undefined) continue
      findings++
      print(`FINDING in ${target}: ${finding}`)
    }
  }),
)
process.exitCode = findings > 0 ? 1 : 0

/** Returns the finding in a target, if there is one. */
async function inProcess(target: string): Promise<string | undefined> {
  const child = fork(join(import.meta.dirname, 'target-process.ts'), [target, values.seconds], {
    execArgv: ['--import', 'tsx'],
  })
  let last: Progress = { input: '', runs: 0 }
  const kill = () => child.kill('SIGKILL')
  let timer = setTimeout(kill, patience)
  child.on('message', (progress: Progress) => {
    last = progress
    clearTimeout(timer)
    timer = setTimeout(kill, patience)
  })
  await once(child, 'exit')
  clearTimeout(timer)
  const { input, runs, isDone = false, finding } = last
  const found = finding ?? (isDone ? undefined : 'it did not come back, or its process ended')
  if (found !== undefined) return `${found}\ninput, base64: ${input}`
  print(`${target.padEnd(14)} clean: ${runs} inputs in ${values.seconds} s`)
  return undefined
}

async function withJazzer(target: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const corpus = join(folder, 'corpus')
  mkdirSync(corpus)
  for (const [at, seed] of startingInputs(target).entries()) writeFileSync(join(corpus, `seed-${at}`), seed)
  const bundle = join(folder, `${target}.cjs`)
  const source = join(root, `fuzz/targets/${target}.ts`)
  const options = [
    '--bundle',
    '--platform=node',
    '--external:undici',
    `--outfile=${bundle}`,
    '--log-level=error',
  ]
  await run(folder, 'esbuild@^0.28', ['esbuild', source, ...options])
  const { status, output } = await run(folder, '@jazzer.js/core@4.0.0', [
    ...['jazzer', bundle, corpus, '--includes', `${target}.cjs`, '--'],
    ...[`-max_total_time=${values.seconds}`, '-timeout=10', '-max_len=4096', `-artifact_prefix=${folder}/`],
  ])
  const [, runs = '0'] = /Done (\d+) runs/.exec(output) ?? []
  const coverage = [...output.matchAll(/ cov: (\d+)/g)].at(-1)?.[1] ?? '?'
  if (status !== 0 || runs === '0') return `see ${folder}\n${output.slice(-4000)}`
  rmSync(folder, { recursive: true })
  print(`${target.padEnd(14)} clean: ${runs} inputs in ${values.seconds} s, ${coverage} points covered`)
  return undefined
}

async function run(folder: string, spec: string, command: readonly string[]) {
  const child = spawn('npx', ['--yes', '--package', spec, ...command], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, output: Buffer.concat(chunks).toString() }
}
