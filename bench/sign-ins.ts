// Our sign-in beside a careful hand-written one and beside the least that it can cost.
import { drive } from './driver.ts'
import { median, quantile, startApp, startProvider } from './processes.ts'
import { costOf } from './measure.ts'
import { signOnce } from './micro.ts'

/** How much is measured. */
export interface Extent {
  readonly rounds: number
  readonly signIns: number
  readonly users: number
}

interface Result {
  readonly name: string
  readonly requestObject: boolean
  readonly perSecond: number
  readonly cpu: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly memory: number
}

type Figure = Exclude<keyof Result, 'name' | 'requestObject'>

const names = ['ours', 'careful', 'floor'] as const

/** Runs them in turns, so that a noisy machine treats all alike, and gives a table for each kind of sign-in. */
export async function signInTables(extent: Extent): Promise<string[]> {
  const provider = await startProvider()
  const tables: string[] = []
  for (const identity of [false, true]) {
    await fetch(`${provider.issuer}identity-${identity ? 'on' : 'off'}`)
    const results: Result[] = []
    for (let round = 0; round < extent.rounds; round++)
      results.push(...(await measureRound(provider.issuer, identity, round, extent)))
    const signature = (await costOf(signOnce)).microseconds / 1000
    const kind = identity ? 'Identity' : 'Authentication'
    const [plain, signed] = [figuresOf(results, false), figuresOf(results, true)]
    const added = signed('ours', 'cpu') - plain('ours', 'cpu')
    tables.push(
      tableOf(`${kind}, request objects off`, plain),
      tableOf(`${kind}, request objects on`, signed),
      `Signing the request adds ${added.toFixed(2)} ms: ${(added / signature).toFixed(2)} × one RSA signature (${signature.toFixed(2)} ms).\n`,
    )
  }
  provider.stop()
  return tables
}

/** One round, with processes of its own: how well the engine gets on with one of them is partly luck. */
async function measureRound(
  issuer: string,
  identity: boolean,
  round: number,
  { signIns, users }: Extent,
): Promise<Result[]> {
  const apps = await Promise.all(
    [false, true].flatMap((requestObject) =>
      names.map(async (name) => ({
        requestObject,
        app: await startApp(name, { issuer, identity, requestObject }),
      })),
    ),
  )
  // A service runs for days: what its first sign-ins cost, while the engine still compiles, is left out.
  for (const { app } of apps) await drive(app.url, signIns * 1.5, users)
  const results: Result[] = []
  // Each round begins with another app: what stands first in every round would pay for the pause before it.
  const first = round % apps.length
  for (const { app, requestObject } of [...apps.slice(first), ...apps.slice(0, first)]) {
    await app.cost()
    const { seconds, callbacks } = await drive(app.url, signIns, users)
    const { cpu, memory } = await app.cost()
    results.push({
      name: app.name,
      requestObject,
      perSecond: signIns / seconds,
      cpu: cpu / signIns,
      p50: quantile(callbacks, 0.5),
      p95: quantile(callbacks, 0.95),
      p99: quantile(callbacks, 0.99),
      memory: memory / 1e6,
    })
  }
  for (const { app } of apps) app.stop()
  return results
}

/** The median of a figure of an app's. */
type Figures = (name: (typeof names)[number], figure: Figure) => number

function figuresOf(results: readonly Result[], requestObject: boolean): Figures {
  return (name, figure) =>
    median(
      results
        .filter((result) => result.name === name && result.requestObject === requestObject)
        .map((result) => result[figure]),
    )
}

function tableOf(title: string, of: Figures): string {
  const ratio = (figure: Figure, other: (typeof names)[number]) =>
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
