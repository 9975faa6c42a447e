// npm run bench [-- --quick]: our sign-in beside a careful hand-written one and beside the least that it can cost.
// Provider, apps and driver are processes of their own; rounds interleave, so that a noisy machine treats all alike.
import { fork, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { AppSettings, Cost } from './app.ts'
import { drive } from './driver.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const [rounds, signIns, users] = values.quick ? [2, 120, 16] : [5, 2000, 16]
const names = ['ours', 'careful', 'floor'] as const

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

interface Result {
  readonly perSecond: number
  readonly cpu: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly memory: number
}

const start = async (file: string, ...args: string[]) => {
  const child = fork(new URL(file, import.meta.url), args, { execArgv: ['--import', 'tsx'] })
  const [hello] = (await once(child, 'message')) as [{ url: string; issuer: string }]
  return { child, hello }
}
const costOf = async (child: ChildProcess): Promise<Cost> => {
  child.send('cost')
  return ((await once(child, 'message')) as [Cost])[0]
}
const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN

const provider = await start('provider.ts')
const { issuer } = provider.hello
const lines: string[] = []
for (const identity of [false, true]) {
  await fetch(`${issuer}identity-${identity ? 'on' : 'off'}`)
  for (const requestObject of [false, true]) {
    const settings: AppSettings = { issuer, identity, requestObject, privateKey }
    const apps = []
    for (const name of names)
      apps.push({
        name,
        ...(await start(`apps/${name}.ts`, JSON.stringify(settings))),
        results: [] as Result[],
      })
    for (const { hello } of apps) await drive(hello.url, Math.ceil(signIns / 4), users) // warms up
    for (let round = 0; round < rounds; round++)
      for (const { child, hello, results } of apps) {
        await costOf(child)
        const { seconds, callbacks } = await drive(hello.url, signIns, users)
        const { cpu, memory } = await costOf(child)
        const share = { p50: at(callbacks, 0.5), p95: at(callbacks, 0.95), p99: at(callbacks, 0.99) }
        results.push({ perSecond: signIns / seconds, cpu: cpu / signIns, ...share, memory: memory / 1e6 })
      }
    for (const { child } of apps) child.kill()
    report(
      `${identity ? 'Identity' : 'Authentication'}, request objects ${requestObject ? 'on' : 'off'}`,
      apps,
    )
  }
}
provider.child.kill()

function report(title: string, apps: readonly { name: string; results: readonly Result[] }[]): void {
  const of = (name: string, figure: keyof Result) =>
    median(apps.find((app) => app.name === name)?.results.map((result) => result[figure]) ?? [])
  lines.push(
    `### ${title}`,
    '',
    '| | CPU ms per sign-in | sign-ins/s | p50 ms | p95 ms | p99 ms | peak MB |',
    '|---|---|---|---|---|---|---|',
  )
  for (const name of names)
    lines.push(
      `| ${name} | ${of(name, 'cpu').toFixed(2)} | ${of(name, 'perSecond').toFixed(0)} | ${(
        ['p50', 'p95', 'p99', 'memory'] as const
      )
        .map((figure) => of(name, figure).toFixed(figure === 'memory' ? 0 : 1))
        .join(' | ')} |`,
    )
  const ratio = (figure: 'cpu' | 'perSecond', other: string) =>
    (of('ours', figure) / of(other, figure)).toFixed(2)
  lines.push(
    '',
    `CPU: ${ratio('cpu', 'floor')} × floor, ${ratio('cpu', 'careful')} × careful. Sign-ins/s: ${ratio('perSecond', 'careful')} × careful.`,
    '',
  )
  process.stdout.write(`${lines.slice(-8).join('\n')}\n`)
}

if (!values.quick)
  writeFileSync(
    new URL('../docs/performance.md', import.meta.url),
    [
      '# Performance',
      '',
      `Written by \`npm run bench\`: medians of ${rounds} interleaved rounds of ${signIns} sign-ins by ${users} virtual users, on Node ${process.version}, ${cpus().length} cores.`,
      'Provider, app and driver are processes of their own on 127.0.0.1. *careful* is what a careful team writes by hand with',
      "openid-client's own Passport strategy; *floor* is the least that the same work can cost, with nothing checked but signatures.",
      'Absolute figures depend on the machine; the ratios say more.',
      '',
      ...lines,
    ].join('\n'),
  )
