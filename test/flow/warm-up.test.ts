import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OneLoginStrategy } from '../../lib/index.ts'
import { startSimulator, type SimulatorEndpoint } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { startScriptedServer } from '../support/scripted-server.ts'
import { startService } from '../support/service.ts'
import { startPair, type Pair } from '../support/simulator.ts'

const warm = { options: { warmUp: true } }

/** Waits as long as a test may take. */
const until = (happens: () => void) => vi.waitFor(happens, { timeout: 9000 })

/** Waits until the simulator has responded to these calls, and to no others. */
async function responded({ op }: Pick<Pair, 'op'>, expected: readonly SimulatorEndpoint[]): Promise<void> {
  await until(() => {
    const calls = op.requests.filter(({ status }) => status !== undefined)
    expect(calls.map(({ endpoint }) => endpoint).sort()).toEqual([...expected].sort())
  })
}

/** The calls of the service in a sign-in, until it redirects to One Login and after that. */
async function callsOfSignIn(pair: Pair) {
  const { op, service } = pair
  const browser = pair.browser()
  const callsFrom = (start: number, end = op.requests.length) =>
    op.requests
      .slice(start, end)
      .map(({ endpoint }) => endpoint)
      .filter((endpoint) => endpoint !== 'authorize' && endpoint !== 'sign-in')
  const start = op.requests.length
  const { headers } = await browser.visit(`${service.url}/account`, {
    stopAt: (url) => url.startsWith(`${service.url}/auth/callback`),
  })
  const middle = op.requests.length
  expect((await browser.visit(headers.location ?? '')).status).toBe(200)
  return { before: callsFrom(start, middle), after: callsFrom(middle) }
}

describe('the option warmUp', () => {
  it('[CONF-3] saves the first sign-in a round trip before One Login and another after it', async () => {
    await using pair = await startPair(warm)
    await responded(pair, ['discovery', 'jwks', 'did'])
    expect(await callsOfSignIn(pair)).toEqual({ before: [], after: ['token', 'userinfo'] })
  })

  it('[CONF-3] leaves out the DID document if no page needs an identity', async () => {
    await using pair = await startPair({ ...warm, clientSecret: true })
    await responded(pair, ['discovery', 'jwks'])
  })

  it.each([
    ['downloads the DID document if every sign-in requests an identity', 'Cl.Cm.P2', ['did']],
    ['leaves out the DID document if no sign-in requests one', 'Cl.Cm', []],
  ])('[CONF-3] %s', async (_what, vtr, more) => {
    const op = await startSimulator()
    onTestFinished(() => op.close())
    const callbackURL = 'http://127.0.0.1:3000/auth/callback'
    new OneLoginStrategy({ ...op.options, callbackURL, vtr: [vtr], warmUp: true }).session()
    await responded({ op }, ['discovery', 'jwks', ...(more as SimulatorEndpoint[])])
  })

  it('[CONF-3] if false, leaves the documents to the first sign-in', async () => {
    await using pair = await startPair({ options: { warmUp: false } })
    expect(await callsOfSignIn(pair)).toEqual({
      before: ['discovery'],
      after: ['token', 'jwks', 'userinfo'],
    })
  })

  it('[CONF-4] if the downloads fail, leaves them to the first sign-in, which fails as usual or succeeds', async () => {
    const op = await startSimulator()
    onTestFinished(() => op.close())
    op.breakUntilReset('discovery', '503')
    await using service = await startService((url) => {
      op.register({ callbackURL: `${url}/auth/callback` })
      return { ...op.options, callbackURL: `${url}/auth/callback`, warmUp: true }
    })
    await until(() => {
      expect(op.timesUsed('discovery', '503')).toBe(1)
    })
    const failed = await new Browser().visit(`${service.url}/account`)
    expect(JSON.parse(failed.body)).toMatchObject({ code: 'provider_unreachable' })
    op.reset()
    expect((await new Browser().visit(`${service.url}/account`)).status).toBe(200)
  })

  it('[CONF-6] does not keep a process alive that stops during a download', { timeout: 60_000 }, async () => {
    const unresponsive = await startScriptedServer(() => undefined)
    const child = fork(fileURLToPath(new URL('../support/closing-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      env: {
        PATH: process.env.PATH,
        SERVICE_OPTIONS: JSON.stringify({
          environment: { issuer: unresponsive.url, allowInsecureRequests: true },
          clientId: 'a-service',
          clientSecret: 'a-secret',
          timeout: 50,
          warmUp: true,
        }),
      },
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await unresponsive[Symbol.asyncDispose]()
    })
    await once(child, 'message')
    await until(() => {
      expect(unresponsive.requests).toHaveLength(1)
    })
    const stopped = performance.now()
    child.send('stop')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(performance.now() - stopped).toBeLessThan(30_000)
  })
})
