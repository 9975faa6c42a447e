import type { Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it, vi } from 'vitest'
import type { RequirementResult } from '../../lib/cli/conformance/results.ts'
import { startCarefulService } from './careful-service.ts'
import { checked } from './checked.ts'
import type { Asked } from './http-service.ts'
import type { Switch } from './switches.ts'

const verdicts = (results: readonly RequirementResult[]) =>
  Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]))

const hasTwoStates = ({ url }: Asked) => url.searchParams.getAll('state').length > 1

describe('a service that something else starts', { timeout: 60_000 }, () => {
  const only = ['callback-parameters', 'callback-replay', 'sign-out', 'cold-start']

  it('[CHK-2] has crashed if it refuses connections and no user can sign in, and nothing more is observed', async () => {
    const start = async ({ options }: Simulator) => {
      const before = (asked: Asked) => {
        if (hasTwoStates(asked)) void service.close()
        return undefined
      }
      const service = await startCarefulService({ options, before })
      return service
    }
    const results = await checked(start, { only, startTimeout: 1 })
    expect(verdicts(results)).toMatchObject({
      'callback-parameters': 'crashed',
      'sign-out-session': 'not observable',
      'cold-start': 'not observable',
    })
    const signOut = results.find(({ id }) => id === 'sign-out-session')
    expect(signOut?.checks.map(({ seen }) => seen)).toEqual([
      'The service has stopped and no longer responds.',
    ])
  })

  it('[CHK-2] has crashed, and the check goes on, if it is started again', async () => {
    const start = async (op: Simulator) => {
      const { options } = op
      let running = await startCarefulService({
        options,
        before: (asked) => {
          if (hasTwoStates(asked)) void running.close().then(startAgain)
          return undefined
        },
      })
      const { url } = running
      // The first user after the crash meets no service, the second one meets it again.
      const startAgain = () => {
        let users = 0
        const respondWith = op.respondWith.bind(op)
        vi.spyOn(op, 'respondWith').mockImplementation((response) => {
          users += 1
          if (users === 2)
            void startCarefulService({ options, port: Number(new URL(url).port) }).then((again) => {
              running = again
            })
          respondWith(response)
        })
      }
      return { url, close: () => running.close() }
    }
    const results = await checked(start, { only })
    expect(verdicts(results)).toMatchObject({
      'callback-parameters': 'crashed',
      'callback-replay': 'kept',
      'sign-out-session': 'kept',
    })
  })

  it('[CHK-2] says that documents at a start cannot be observed', async () => {
    const [result] = await checked(startCarefulService, { only: ['cold-start'] })
    expect(result?.verdict).toBe('not observable')
    expect(result?.checks.map(({ seen }) => seen)).toEqual([
      'The service was not started by this command (-- COMMAND).',
    ])
  })
})

describe('a service that rejects all users after the first fault', { timeout: 60_000 }, () => {
  const only = ['id-token-nonce']

  /** Starts a service that finishes no sign-in after the first one that has a wrong nonce. */
  function start(...off: readonly Switch[]) {
    return (op: Simulator) => {
      const faults = vi.spyOn(op, 'breakUntilReset')
      let lastState: string | null | undefined
      const before = ({ url }: Asked) => {
        const isBroken = faults.mock.calls.some(([place]) => place === 'id-token')
        if (url.pathname !== '/callback' || !isBroken) return undefined
        lastState ??= url.searchParams.get('state')
        const isLast = url.searchParams.get('state') === lastState
        return isLast ? undefined : { status: 400, html: '<h1>Sorry</h1>' }
      }
      return startCarefulService({ options: op.options, before }, ...off)
    }
  }

  it('[CHK-2] proves nothing by a rejection, because it also rejects sign-ins without a fault', async () => {
    const [result] = await checked(start(), { only })
    expect(result?.verdict).toBe('not observable')
    expect(result?.checks.map(({ seen }) => seen)).toContainEqual(
      expect.stringContaining('afterwards the journey did not work without a fault either'),
    )
  })

  it('[CHK-2] is still broken because of what it accepted before', async () => {
    const [result] = await checked(start('id-token nonce'), { only })
    expect(result?.checks.map(({ verdict }) => verdict)).toContain('not observable')
    expect(result?.verdict).toBe('broken')
  })
})
