// Compares a sign-in of this package with one that a careful team writes, and with the lowest possible cost.
import { drive } from './driver.ts'
import { median, quantile, startApp, startProvider } from './processes.ts'
import { costOf } from './measure.ts'
import { signOnce } from './micro.ts'

/** The extent of the measurement. */
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

/** The number of turns in a round. */
const turns = 8

type Figure = Exclude<keyof Result, 'name' | 'requestObject'>

const names = ['ours', 'careful', 'floor'] as const

/** Measures in turns, so that a noisy machine affects all apps equally. Returns a table for each kind of sign-in. */
export async function signInTables(extent: Extent): Promise<string[]> {
  const provider = await startProvider()
  const tables: string[] = []
  for (const identity of [false, true]) {
    await fetch(`${provider.issuer}identity-${identity ? 'on' : 'off'}`)
    const results: Result[] = []
    for (let round = 0; round < extent.rounds; round++)
      results.push(...(await measureRound(provider.issuer, identity, extent)))
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

/**
 * Measures one round in new processes, because the engine's performance depends partly on chance in each process. The
 * turns are short, so that other work on the machine affects all apps, and no app waits so long that the engine
 * discards its compiled code.
 */
async function measureRound(
  issuer: string,
  identity: boolean,
  { signIns, users }: Extent,
): Promise<Result[]> {
  const runs = await Promise.all(
    [false, true].flatMap((requestObject) =>
      names.map(async (name) => ({
        name,
        requestObject,
        app: await startApp(name, { issuer, identity, requestObject }),
        seconds: 0,
        cpu: 0,
        memory: 0,
        callbacks: [] as number[],
      })),
    ),
  )
  const turn = signIns / turns
  // A service runs for days, so its first sign-ins, while the engine still compiles, are left out.
  for (let warmUp = 0; warmUp < turns * 1.5; warmUp++)
    for (const { app } of runs) await drive(app.url, turn, users)
  for (let at = 0; at < turns; at++)
    for (const run of runs) {
      await run.app.cost()
      const { seconds, callbacks } = await drive(run.app.url, turn, users)
      const { cpu, memory } = await run.app.cost()
      run.seconds += seconds
      run.cpu += cpu
      run.memory = memory
      run.callbacks.push(...callbacks)
    }
  for (const { app } of runs) app.stop()
  return runs.map(({ name, requestObject, seconds, cpu, memory, callbacks }) => {
    const sorted = callbacks.sort((a, b) => a - b)
    return {
      name,
      requestObject,
      perSecond: signIns / seconds,
      cpu: cpu / signIns,
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      memory: memory / 1e6,
    }
  })
}

/** Returns the median figure of an app. */
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
