import type { Express, RequestHandler } from 'express'
import fc from 'fast-check'
import passport, { type PassportStatic } from 'passport'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OneLoginStrategy, OneLoginUser } from '../../lib/index.ts'
import { nowInSeconds } from '../../lib/clock.ts'
import type { CompleteSignIn } from '../../lib/sign-in/completion.ts'
import { DelayedStore } from '../support/delayed-store.ts'
import {
  idle,
  OverlappingStory,
  people,
  transactionLifetime,
  turns,
  type Step,
} from '../support/overlapping-story.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'
import { startPair, type Pair } from '../support/simulator.ts'

const staff = { sub: 'staff' } as unknown as Express.User

/** The app's own strategy, which lets everyone in as staff. */
class StaffStrategy extends passport.Strategy {
  override readonly name = 'staff'
  override authenticate(): void {
    this.success(staff)
  }
}

/** The next of the delays that a schedule has chosen. */
type NextDelay = () => number

/** Signs in the user in the code after a delay, without downloads and checks, which other tests cover. */
function completion(nextDelay: NextDelay): CompleteSignIn {
  return async (code, { trust }) => {
    const [sub = ''] = code.split('.')
    const issuedAt = nowInSeconds()
    await turns(nextDelay() * 3)
    const proven = sub.startsWith('alice')
    const identity = trust.identity && { proven, level: trust.identity, claims: [], returnCodes: [] }
    return {
      user: { sub } as OneLoginUser,
      signedIn: { sub, idToken: `of ${sub}`, issuedAt, level: 'Cl.Cm', ...(identity && { identity }) },
    }
  }
}

function routes(app: Express, oneLogin: OneLoginStrategy, own: PassportStatic): void {
  own.use(new StaffStrategy())
  const done: RequestHandler = (_req, res) => void res.end()
  const show: RequestHandler = (req, res) => {
    const current = oneLogin.currentSession(req)
    res.json({
      user: (req.user as { sub: string } | undefined)?.sub ?? null,
      verified: current.signedIn ? current.sub : null,
      isProven: current.signedIn && current.identity?.proven === true,
    })
  }
  app.use((req, res, next) => {
    const current = oneLogin.currentSession(req)
    if (current.signedIn) res.set('x-signed-in', current.sub)
    next()
  })
  app.get('/who', show)
  app.get('/account', oneLogin.requireAuthentication(), show)
  app.get('/identity', oneLogin.requireIdentity({ level: 'P2' }), show)
  app.get('/staff', own.authenticate('staff') as RequestHandler, done)
  app.get('/staff-keeping', own.authenticate('staff', { keepSessionInfo: true }) as RequestHandler, done)
  app.get('/write', async (req, res) => {
    await turns(Number(req.query.turns))
    Object.assign(req.session, { written: Math.random() })
    res.end()
  })
  // The effect of a back-channel logout with a valid token.
  app.get('/log-out/:sub', async (req, res) => {
    const { sessions } = oneLogin.relyingParty
    const logout = { issuedAt: nowInSeconds(), arrivedAt: Date.now() }
    await sessions.signOuts(req).add(sessions.subject(req.params.sub), logout)
    res.end()
  })
}

const browser = fc.nat({ max: 1 })
const weighted = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) => ({ weight, arbitrary })
const does = <Name extends Step['does']>(name: Name) => fc.constant(name)

const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(
    6,
    fc.record({
      does: does('begin'),
      browser,
      page: fc.constantFrom('/account' as const, '/identity' as const),
    }),
  ),
  weighted(
    8,
    fc.record({
      does: does('finish'),
      tab: fc.nat({ max: 9 }),
      who: fc.constantFrom('alice' as const, 'alice' as const, 'alice' as const, ...people),
    }),
  ),
  weighted(
    4,
    fc.record({
      does: does('look'),
      browser,
      page: fc.constantFrom('/who' as const, '/account' as const, '/identity' as const),
    }),
  ),
  weighted(1, fc.record({ does: does('look back'), browser })),
  weighted(3, fc.record({ does: does('sign out'), browser })),
  weighted(1, fc.record({ does: does('sign out everywhere'), who: fc.constantFrom(...people) })),
  weighted(1, fc.record({ does: does('log in as staff'), browser, keeping: fc.boolean() })),
  weighted(3, fc.record({ does: does('write'), browser, turns: fc.nat({ max: 60 }) })),
  weighted(1, fc.record({ does: does('pass'), seconds: fc.constantFrom(400, 1900, 8000) })),
)

/** Turns until the next step: few, so steps overlap, or enough for all to finish. */
const gap = fc.oneof(
  weighted(3, fc.nat({ max: 12 })),
  weighted(2, fc.nat({ max: 60 })),
  weighted(1, fc.constant(200)),
)

const schedule = fc.record({
  steps: fc.array(fc.record({ step, gap }), { minLength: 4, maxLength: 22, size: 'max' }),
  delays: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 40, size: 'max' }),
})

describe('requests that overlap in several browsers and tabs, with a slow store', () => {
  let pair: Pair
  let app: Express
  let delays: readonly number[] = [0]
  let nextDelayAt = 0
  const nextDelay: NextDelay = () => delays[nextDelayAt++ % delays.length] ?? 0
  const store = new DelayedStore(nextDelay)

  beforeAll(async () => {
    pair = await startPair({
      store,
      options: { session: { idle, onExpiry: 'continue' }, transactionLifetime, requestObject: false },
      routes: (service, oneLogin, own) => {
        app = service
        routes(service, oneLogin, own)
      },
    })
    const { relyingParty } = pair.service.oneLogin
    const metadata = await relyingParty.provider.metadata()
    Object.assign(relyingParty, { completeSignIn: completion(nextDelay) })
    vi.spyOn(relyingParty.provider, 'metadata').mockResolvedValue(metadata)
  })
  afterAll(() => pair[Symbol.asyncDispose]())
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it(
    '[SESS-10, SESS-14, CB-13] show no user as another user or after a sign-out, and lose no sign-in',
    async () => {
      let schedules = 0
      let signIns = 0
      const runs = propertyRuns(5)
      await fc.assert(
        fc.asyncProperty(schedule, async (chosen) => {
          vi.setSystemTime('2026-08-01T12:00:00Z')
          Object.assign(store, { sessions: {} })
          store.calls.length = 0
          delays = chosen.delays
          nextDelayAt = 0
          const story = new OverlappingStory(app, schedules++)
          const performed: Promise<void>[] = []
          for (const { step: nextStep, gap: wait } of chosen.steps) {
            const performing = story.perform(nextStep)
            // Checked when all have finished.
            performing.catch(() => undefined)
            performed.push(performing)
            await turns(wait)
          }
          const ends = await Promise.allSettled(performed)
          expect(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))).toEqual(
            [],
          )
          await story.settle()
          signIns += story.signIns
        }),
        runs,
      )
      // If no user ever signed in, the rules would hold too.
      expect(signIns).toBeGreaterThan(runs.numRuns)
    },
    propertyTimeout(),
  )
})
