// Measures a page of a signed-in user whose session is in Redis, over a network with a delay: this package, and
// express-session with Passport alone.
import * as http from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { listen, type Listening } from '../test/support/listen.ts'
import { get, signIn } from './driver.ts'
import { median, startApp, startProvider, type BenchApp } from './processes.ts'

/** In milliseconds, for each request to Redis. */
const delay = 1
const turns = 20

/** Returns a table: the time and the CPU of a page, and its round trips to Redis. */
export async function pageTable(redisURL: string, pagesPerTurn: number): Promise<string> {
  let roundTrips = 0
  await using proxy = await startDelay(redisURL, () => roundTrips++)
  const provider = await startProvider()
  const settings = {
    issuer: provider.issuer,
    identity: false,
    requestObject: false,
    redisURL: `redis://127.0.0.1:${proxy.port}`,
  }
  const runs = await Promise.all(
    (['plain', 'ours'] as const).map(async (name) => {
      const app = await startApp(name, settings)
      return { app, cookie: await cookieOf(app), times: [] as number[], cpu: [] as number[], roundTrips: 0 }
    }),
  )
  const agent = new http.Agent({ keepAlive: true })
  // The first turn warms up.
  for (let turn = 0; turn <= turns; turn++)
    for (const run of runs) {
      await run.app.cost()
      roundTrips = 0
      for (let page = 0; page < pagesPerTurn; page++) {
        const before = performance.now()
        const { status } = await get(`${run.app.url}/page`, agent, run.cookie)
        if (status !== 200) throw new Error(`A page of ${run.app.name} had status ${status}`)
        if (turn > 0) run.times.push(performance.now() - before)
      }
      if (turn > 0) run.cpu.push((await run.app.cost()).cpu / pagesPerTurn)
      run.roundTrips = roundTrips / pagesPerTurn
    }
  for (const { app } of runs) app.stop()
  agent.destroy()
  provider.stop()
  return [
    `| a signed-in page, Redis ${delay} ms away | p50 ms | CPU ms | round trips to Redis |`,
    '|---|---|---|---|',
    ...runs.map(
      ({ app, times, cpu, roundTrips }) =>
        `| ${app.name} | ${median(times).toFixed(1)} | ${median(cpu).toFixed(2)} | ${roundTrips.toFixed(1)} |`,
    ),
    '',
  ].join('\n')
}

async function cookieOf({ name, url }: BenchApp): Promise<string> {
  const agent = new http.Agent()
  if (name === 'plain') return (await get(`${url}/sign-in`, agent)).session
  return (await signIn(url, agent)).session
}

/** Starts a proxy to Redis that delays what the app sends. It calls `count` for each round trip. */
function startDelay(redisURL: string, count: () => void): Promise<Listening> {
  const { hostname, port } = new URL(redisURL)
  const server = createServer((app) => {
    const redis = connect(Number(port), hostname)
    app.setNoDelay(true)
    redis.setNoDelay(true)
    app.on('data', (data: Buffer) => {
      count()
      setTimeout(() => redis.write(data), delay)
    })
    redis.on('data', (data: Buffer) => app.write(data))
    closeTogether(app, redis)
  })
  return listen(server)
}

function closeTogether(...sockets: readonly Socket[]): void {
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    socket.on('close', () => {
      for (const other of sockets) other.destroy()
    })
  }
}
