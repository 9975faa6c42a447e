// Measures whether a sign-in costs more after many others: this package and the floor, with growing numbers of
// sessions.
import { drive } from './driver.ts'
import { median, startApp, startProvider } from './processes.ts'

const users = 16

/** The number of measurements at each step. Their median counts. */
const windows = 5

/**
 * Returns a table of the cost of a sign-in, for each number of sessions in the process. All sign-ins are of one user.
 */
export async function growthTable(steps: readonly number[], window: number): Promise<string> {
  const provider = await startProvider()
  const settings = { issuer: provider.issuer, identity: false, requestObject: false }
  const apps = await Promise.all(
    (['ours', 'floor'] as const).map((name) => startApp(name, settings, '--expose-gc')),
  )
  const rows: string[] = []
  let live = 0
  const heaps: { live: number; heap: number }[] = []
  for (const step of steps) {
    for (const app of apps) {
      await drive(app.url, step - live, users)
      const { heap } = await app.cost()
      if (app.name === 'ours') heaps.push({ live: step, heap })
    }
    const costs = apps.map((): number[] => [])
    for (let round = 0; round < windows; round++)
      for (const [at, app] of apps.entries()) {
        await app.cost()
        await drive(app.url, window, users)
        costs[at]?.push((await app.cost()).cpu / window)
      }
    live = step + windows * window
    const [ours = NaN, floor = NaN] = costs.map(median)
    rows.push(
      `| ${step} | ${ours.toFixed(2)} | ${floor.toFixed(2)} | ${(ours / floor).toFixed(2)} | ${((heaps.at(-1)?.heap ?? NaN) / 1e6).toFixed(0)} |`,
    )
  }
  for (const app of apps) app.stop()
  provider.stop()
  const [first, last] = [heaps[0], heaps.at(-1)]
  const each = first && last ? (last.heap - first.heap) / (last.live - first.live) : NaN
  return [
    '| live sessions | ours, CPU ms per sign-in | floor | ratio | our heap, MB |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `A session that lives in the memory store takes ${Math.round(each)} bytes of heap, with the used state that is remembered for 5 to 10 minutes.`,
    '',
  ].join('\n')
}
