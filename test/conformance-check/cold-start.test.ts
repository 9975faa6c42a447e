import { startSimulator, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { examineService } from '../../lib/cli/conformance/examination.ts'
import type { ServiceProcess } from '../../lib/cli/conformance/service-process.ts'
import { freePort } from '../support/listen.ts'
import { startCarefulService } from './careful-service.ts'
import { settingsFor } from './checked.ts'

interface Service {
  readonly url: string
  readonly close: () => Promise<void>
}

/** What the service does at its start while One Login fails. */
type AtStart = 'starts' | 'does not start' | 'stops at once'

/** Checks a service that is started again in this process for each fault. Returns what was seen at each start. */
async function seenAtStarts(
  start: (op: Simulator, port: number) => Promise<Service>,
  atStart: (fault: string) => AtStart = () => 'starts',
) {
  const op = await startSimulator({ logoutRetryDelay: 0 })
  const port = await freePort()
  let running: Service | undefined
  let fault = ''
  const withFault = op.breakUntilReset.bind(op)
  op.breakUntilReset = (place, name) => {
    fault = `${place} ${name}`
    withFault(place, name)
  }
  const service = {
    get isRunning() {
      return atStart(fault) !== 'stops at once'
    },
    output: '',
    mayExit: () => Promise.resolve(),
    start: async () => {
      if (atStart(fault) === 'does not start') return false
      running = await start(op, port)
      return true
    },
    stop: async () => {
      await running?.close()
      running = undefined
    },
    restart: async () => {
      await service.stop()
      fault = ''
      return service.start()
    },
  }
  await service.start()
  try {
    const settings = settingsFor(`http://127.0.0.1:${port}`, { only: ['cold-start'] })
    const [result] = await examineService(settings, { op, service: service as unknown as ServiceProcess })
    return Object.fromEntries(
      result?.checks.map(({ name, verdict, seen }) => [name, `${verdict}: ${seen}`]) ?? [],
    )
  } finally {
    await service.stop()
    await op.close()
  }
}

const notShown = (path: string) => `kept: The page was not shown: ${path} returned status 302.`
const shown = (path: string) => `broken: The page was shown: ${path} returned status 200.`
const correct = {
  ...Object.fromEntries(
    ['503', 'malformed-json', 'wrong-issuer'].map((fault) => [
      `discovery ${fault}`,
      'not observable: The service did not download it.',
    ]),
  ),
  ...Object.fromEntries(
    ['503', 'malformed-json', 'empty-keys', 'without-signing-keys', 'malformed-keys'].map((fault) => [
      `jwks ${fault}`,
      notShown('/page'),
    ]),
  ),
  ...Object.fromEntries(
    ['503', 'wrong-controller', 'empty-assertion-method', 'without-signing-keys'].map((fault) => [
      `did ${fault}`,
      notShown('/identity'),
    ]),
  ),
  afterwards: 'kept: A user could sign in.',
}

describe('a service that starts while One Login fails', { timeout: 60_000 }, () => {
  it('[CHK-2] keeps users out with each document that it downloads', async () => {
    expect(await seenAtStarts(({ options }, port) => startCarefulService({ options, port }))).toEqual(correct)
  })

  it('[CHK-2] is broken if it lets users in, and may stop or not start', async () => {
    const off = [
      'id-token signature',
      'id-token key',
      'core-identity signature',
      'core-identity key',
    ] as const
    const atStart = (fault: string) => {
      if (fault === 'jwks 503') return 'does not start'
      return fault === 'discovery 503' ? 'stops at once' : 'starts'
    }
    const start = ({ options }: Simulator, port: number) => startCarefulService({ options, port }, ...off)
    expect(await seenAtStarts(start, atStart)).toEqual({
      ...correct,
      'discovery 503': 'advice: The service started and then stopped.',
      'jwks 503': 'advice: The service did not start.',
      'jwks empty-keys': shown('/page'),
      'jwks without-signing-keys': shown('/page'),
      'did empty-assertion-method': shown('/identity'),
      'did without-signing-keys': shown('/identity'),
    })
  })
})
