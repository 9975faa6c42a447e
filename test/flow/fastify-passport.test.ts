import { EventEmitter, once } from 'node:events'
import cookie from '@fastify/cookie'
import { Authenticator } from '@fastify/passport'
import session from '@fastify/session'
import { MemoryStore } from 'express-session'
import Fastify from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hook } from '../../examples/fastify/express-middleware.ts'
import { startExample } from '../../examples/started-example.ts'
import { OneLoginStrategy, type Verify } from '../../lib/index.ts'
import { readyUser } from '../../lib/simulator/index.ts'
import { heldAtLogIn, StoreWithGate } from '../support/gated-store.ts'
import { passTime, stopClock } from '../support/stopped-clock.ts'

type Store = session.SessionStore

const stores = {
  'that keeps JSON, as Redis does': () => new MemoryStore() as unknown as Store,
  'that keeps the objects': () => new session.MemoryStore(),
}

/** A Fastify service that signs users in by `passport.authenticate` of @fastify/passport. */
async function start(store: Store, visitors: string[] = [], verify?: Verify) {
  return startExample(async (options, port) => {
    const oneLogin = new OneLoginStrategy({ ...options, session: { idle: '10m' } }, verify)
    const passport = new Authenticator()
    passport.use(oneLogin)
    passport.registerUserSerializer((user) => Promise.resolve(user))
    passport.registerUserDeserializer((user) => Promise.resolve(user))
    const app = Fastify()
    await app.register(cookie)
    const secret = 'a secret of 32 characters, for tests'
    await app.register(session, {
      secret,
      store,
      cookie: { secure: false },
      saveUninitialized: false,
      rolling: false,
    })
    await app.register(passport.initialize())
    app.addHook('onRequest', passport.authenticate('session'))
    app.addHook('onRequest', hook(oneLogin.session()))
    app.addHook('onRequest', hook(oneLogin.routes({ paths: { signIn: false, callback: false } })))
    const fromHere: object = { returnTo: '/whoami?from=sign-in' }
    const callback = { successReturnToOrRedirect: '/' }
    app.get('/sign-in', { preValidation: passport.authenticate('govuk-one-login', fromHere) }, hasAnswered)
    app.get(
      '/auth/callback',
      { preValidation: passport.authenticate('govuk-one-login', callback) },
      hasAnswered,
    )
    app.get('/whoami', (request) => request.user?.sub ?? 'nobody')
    const guard = hook(oneLogin.requireAuthentication())
    app.get('/dragons', { onRequest: guard }, () => visitors.push('a visitor'))
    app.get('/feed', ({ session }) => Object.assign(session, { fed: 'Smaug' }).fed)
    app.get('/fed', ({ session }) => (session as { fed?: string }).fed ?? 'none')
    await app.listen({ port, host: '127.0.0.1' })
    return () => app.close()
  })
}

/** @fastify/passport responds after the session is stored. Fastify gets here before that. */
function hasAnswered(): void {
  // The strategy has.
}

describe('@fastify/passport and a sign-out during a callback', () => {
  it('[SESS-14] ends the sign-in that the callback moves to a new session', async () => {
    const store = new StoreWithGate()
    await using service = await start(store)
    await service.visit('/sign-in')
    const { headers } = await service.visit('/sign-in', { stopAt: isCallback })
    const finishing = await heldAtLogIn(store, service.browser, headers.location ?? '')
    await service.visit('/sign-out', { stopAt: true })
    store.gate.emit('go on')
    await finishing.done
    expect((await service.visit('/whoami')).body).toBe('nobody')
  })
})

afterEach(() => {
  vi.useRealTimers()
})

const { sub } = readyUser('typical')
const isCallback = (location: string) => location.includes('/auth/callback')

describe.each(Object.entries(stores))('@fastify/passport with a store %s', (_what, createStore) => {
  it('[CB-12] signs a user in and returns to the page', async () => {
    await using service = await start(createStore())
    const page = await service.visit('/sign-in')
    expect(page).toMatchObject({ status: 200, url: `${service.url}/whoami?from=sign-in`, body: sub })
  })

  it('[CB-12] lets only signed-in users see a guarded page', async () => {
    const visitors: string[] = []
    await using service = await start(createStore(), visitors)
    expect((await service.visit('/dragons', { stopAt: true })).status).toBe(303)
    expect((await service.visit('/whoami')).body).toBe('nobody')
    expect(visitors).toEqual([])
    await service.visit('/sign-in')
    await service.visit('/dragons')
    expect(visitors).toEqual(['a visitor'])
  })

  it('[SESS-7] has the sign-in record in the session, so a sign-out elsewhere reaches it', async () => {
    await using service = await start(createStore())
    await service.visit('/sign-in')
    await service.op.signOut(sub)
    expect((await service.visit('/whoami')).body).toBe('nobody')
  })

  it('[CB-12] keeps the app’s session data of a user who signs in again', async () => {
    await using service = await start(createStore())
    await service.visit('/sign-in')
    await service.visit('/feed')
    expect((await service.visit('/sign-in')).status).toBe(200)
    expect((await service.visit('/fed')).body).toBe('Smaug')
  })

  it('[SESS-14] keeps what another tab stores while a callback waits for One Login', async () => {
    const gate = new EventEmitter()
    let isOpen = true
    await using service = await start(createStore(), [], async (user) => {
      if (isOpen) return user
      gate.emit('waiting')
      await once(gate, 'go on')
      return user
    })
    await service.visit('/sign-in')
    const { headers } = await service.visit('/sign-in', { stopAt: isCallback })
    isOpen = false
    const waiting = once(gate, 'waiting')
    const finishing = service.browser.send(headers.location ?? '')
    await waiting
    await service.visit('/feed')
    gate.emit('go on')
    expect((await finishing).status).toBe(302)
    expect((await service.visit('/fed')).body).toBe('Smaug')
    expect((await service.visit('/whoami')).body).toBe(sub)
  })

  it('[SESS-5] counts the time since the last page as idle', async () => {
    stopClock()
    await using service = await start(createStore())
    await service.visit('/sign-in')
    for (let page = 0; page < 2; page++) {
      passTime(590)
      expect((await service.visit('/whoami')).body).toBe(sub)
    }
    passTime(600)
    expect((await service.visit('/whoami', { stopAt: true })).body).not.toBe(sub)
  })

  it('[CB-12] leaves no data of an earlier user to the user who signs in', async () => {
    await using service = await start(createStore())
    await service.visit('/feed')
    await service.visit('/sign-in')
    expect((await service.visit('/fed')).body).toBe('none')
  })

  it('[CB-4] reports a user whom One Login refused', async () => {
    await using service = await start(createStore())
    service.op.breakNext('authorize', 'access-denied')
    expect((await service.visit('/sign-in')).status).toBe(403)
    expect((await service.visit('/whoami')).body).toBe('nobody')
  })

  // The renewed session, and the write of Fastify at the end.
  it.each([0, 1])('[SESS-7] signs no user in if the store fails after %i writes', async (writes) => {
    const store = createStore()
    await using service = await start(store)
    const { headers } = await service.visit('/sign-in', { stopAt: isCallback })
    const set = store.set.bind(store)
    const failing = vi.spyOn(store, 'set')
    for (let write = 0; write < writes; write++) failing.mockImplementationOnce(set)
    failing.mockImplementation((_id, _session, done) => done(new Error('the store is away')))
    expect((await service.browser.send(headers.location ?? '')).status).toBeGreaterThanOrEqual(500)
    failing.mockRestore()
    expect((await service.visit('/whoami')).body).toBe('nobody')
  })
})
