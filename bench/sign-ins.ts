// Our sign-in beside a careful hand-written one and beside the least that it can cost.
import { drive } from './driver.ts'
import { median, quantile, startApp, startProvider, type BenchApp } from './processes.ts'
import { costOf } from './measure.ts'
import { signOnce } from './micro.ts'

/** How much is measured. */
export interface Extent {
  readonly rounds: number
  readonly signIns: number
  readonly users: number
}

interface Result {
  readonly perSecond: number
  readonly cpu: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly memory: number
}

const names = ['ours', 'careful', 'floor'] as const

/** Runs them in turns, so that a noisy machine treats all alike, and gives a table for each kind of sign-in. */
export async function signInTables(extent: Extent): Promise<string[]> {
  const provider = await startProvider()
  const tables: string[] = []
  for (const identity of [false, true]) {
    await fetch(`${provider.issuer}identity-${identity ? 'on' : 'off'}`)
    const start = (requestObject: boolean) =>
      Promise.all(names.map((name) => startApp(name, { issuer: provider.issuer, identity, requestObject })))
    const [plain, signed] = [await start(false), await start(true)]
    const { resultsOf, signature } = await measure([...plain, ...signed], extent)
    const kind = identity ? 'Identity' : 'Authentication'
    const plainFigures = figuresOf(plain, resultsOf)
    const signedFigures = figuresOf(signed, resultsOf)
    const added = signedFigures('ours', 'cpu') - plainFigures('ours', 'cpu')
    tables.push(
      tableOf(`${kind}, request objects off`, plainFigures),
      tableOf(`${kind}, request objects on`, signedFigures),
      `Signing the request adds ${added.toFixed(2)} ms: ${(added / signature).toFixed(2)} × one RSA signature (${signature.toFixed(2)} ms).\n`,
    )
    for (const app of [...plain, ...signed]) app.stop()
  }
  provider.stop()
  return tables
}

async function measure(apps: readonly BenchApp[], { rounds, signIns, users }: Extent) {
  const results = new Map<BenchApp, Result[]>(apps.map((app) => [app, []]))
  for (const { url } of apps) await drive(url, signIns / 2, users) // warms up
  for (let round = 0; round < rounds; round++)
    // Each round begins with another app: what stands first in every round would pay for the pause before it.
    for (const app of [...apps.slice(round % apps.length), ...apps.slice(0, round % apps.length)]) {
      await app.cost()
      const { seconds, callbacks } = await drive(app.url, signIns, users)
      const { cpu, memory } = await app.cost()
      results.get(app)?.push({
        perSecond: signIns / seconds,
        cpu: cpu / signIns,
        p50: quantile(callbacks, 0.5),
        p95: quantile(callbacks, 0.95),
        p99: quantile(callbacks, 0.99),
        memory: memory / 1e6,
      })
    }
  const signature = (await costOf(signOnce)).microseconds / 1000
  return { resultsOf: (app: BenchApp) => results.get(app) ?? [], signature }
}

/** The median of a figure of an app's. */
type Figures = (name: (typeof names)[number], figure: keyof Result) => number

function figuresOf(apps: readonly BenchApp[], resultsOf: (app: BenchApp) => readonly Result[]): Figures {
  return (name, figure) =>
    median(apps.filter((app) => app.name === name).flatMap((app) => resultsOf(app).map((one) => one[figure])))
}

function tableOf(title: string, of: Figures): string {
  const ratio = (figure: keyof Result, other: (typeof names)[number]) =>
    (of('ours', figure) / of(other, figure)).toFixed(2)
  const cells = (name: (typeof names)[number]) => [
    name,
    of(name, 'cpu').toFixed(2),
    of(name, 'perSecond').toFixed(0),
    ...(['p50', 'p95', 'p99'] as const).map((figure) => of(name, figure).toFixed(1)),
    of(name, 'memory').toFixed(0),
  ]
  return [
    `### ${title}`,
    '',
    '| | CPU ms per sign-in | sign-ins/s | p50 ms | p95 ms | p99 ms | peak MB |',
    '|---|---|---|---|---|---|---|',
    ...names.map((name) => `| ${cells(name).join(' | ')} |`),
    '',
    `CPU: ${ratio('cpu', 'floor')} × floor, ${ratio('cpu', 'careful')} × careful. Sign-ins/s: ${ratio('perSecond', 'careful')} × careful. p99 of the`,
    `callback: ${ratio('p99', 'careful')} × careful, and ${(of('ours', 'p99') / of('careful', 'p95')).toFixed(2)} × its p95.`,
    '',
  ].join('\n')
}
