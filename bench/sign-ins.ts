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
    for (const requestObject of [false, true]) {
      const settings = { issuer: provider.issuer, identity, requestObject }
      const apps = await Promise.all(names.map((name) => startApp(name, settings)))
      const title = `${identity ? 'Identity' : 'Authentication'}, request objects ${requestObject ? 'on' : 'off'}`
      tables.push(tableOf(title, await measure(apps, extent)))
      for (const app of apps) app.stop()
    }
  }
  provider.stop()
  return tables
}

async function measure(apps: readonly BenchApp[], { rounds, signIns, users }: Extent) {
  const results = new Map<string, Result[]>(apps.map(({ name }) => [name, []]))
  for (const { url } of apps) await drive(url, signIns / 2, users) // warms up
  for (let round = 0; round < rounds; round++)
    for (const app of apps) {
      await app.cost()
      const { seconds, callbacks } = await drive(app.url, signIns, users)
      const { cpu, memory } = await app.cost()
      results.get(app.name)?.push({
        perSecond: signIns / seconds,
        cpu: cpu / signIns,
        p50: quantile(callbacks, 0.5),
        p95: quantile(callbacks, 0.95),
        p99: quantile(callbacks, 0.99),
        memory: memory / 1e6,
      })
    }
  return { results, signature: (await costOf(signOnce)).microseconds }
}

function tableOf(title: string, { results, signature }: Awaited<ReturnType<typeof measure>>): string {
  const of = (name: (typeof names)[number], figure: keyof Result) =>
    median((results.get(name) ?? []).map((result) => result[figure]))
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
    `CPU: ${ratio('cpu', 'floor')} × floor, ${ratio('cpu', 'careful')} × careful. Sign-ins/s: ${ratio('perSecond', 'careful')} × careful. p99 of the callback: ${ratio('p99', 'careful')} × careful. One RSA signature took ${(signature / 1000).toFixed(2)} ms of CPU at that time.`,
    '',
  ].join('\n')
}
