import type { Request, RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import { DelayedStore } from '../support/delayed-store.ts'
import { startPair } from '../support/simulator.ts'
import { fetchFrom, storedSignIn, untilCallback, visitorSignedIn, whoIs } from '../support/visitors.ts'

const { sub } = readyUser('typical')

/** Starts a service that stores a value in the session, and returns it. */
async function start() {
  const store = new DelayedStore(() => 0)
  const pair = await startPair({
    store,
    routes: (app) => {
      app.get('/remember', (req, res) => {
        Object.assign(req.session, { remembered: 'a dragon' })
        res.end()
      })
      app.get('/remembered', (req, res) => {
        res.json((req.session as { remembered?: string }).remembered ?? null)
      })
    },
  })
  return Object.assign(pair, { store })
}

describe('a callback in a session that a back-channel logout has ended', () => {
  // The callback reads the user's sign-outs for this case.
  it('[SESS-7, SESS-10] takes over neither the identity nor the app’s data', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/identity`)
    await browser.send(`${pair.service.url}/remember`)
    const started = await browser.send(`${pair.service.url}/sign-in`)
    await pair.op.signOut(sub)
    pair.op.clock.advance(2)
    // The ID token was issued after the logout, so its user is signed in again.
    await browser.visit(started.headers.location ?? '')
    expect(await whoIs(pair.service, browser)).toBe(sub)
    expect((await browser.send(`${pair.service.url}/remembered`)).body).toBe('null')
    expect(await fetchFrom(browser, `${pair.service.url}/identity`)).toMatchObject({ status: 403 })
    expect((await storedSignIn(pair.service)).identity).toBeUndefined()
  })
})

describe('a log-in', () => {
  const own = { sub: 'own' } as unknown as Express.User

  /** Starts a service that changes the session after its log-in, in the same request. */
  async function startWith(afterLogIn: (req: Request, done: () => void) => void) {
    const store = new DelayedStore(() => 0)
    const pair = await startPair({
      store,
      verify: () => own,
      routes: (app, _oneLogin, passport) => {
        const authenticate = passport.authenticate('govuk-one-login') as RequestHandler
        app.get('/auth/callback', authenticate, (req, res) => {
          afterLogIn(req, () => void res.end())
        })
        app.get('/kept', (req, res) => void res.json([req.session, req.session.cookie.originalMaxAge]))
      },
    })
    const browser = pair.browser()
    const callback = await untilCallback(pair, browser, '/account')
    store.calls.length = 0
    expect((await browser.send(callback)).status).toBe(200)
    const writes = store.calls.filter(({ name }) => name === 'set').length
    const [appData, maxAge] = JSON.parse((await browser.send(`${pair.service.url}/kept`)).body) as [
      object,
      unknown,
    ]
    return { writes, appData, maxAge, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() }
  }

  it('[SESS-14] writes the session once if the app adds nothing', async () => {
    await using done = await startWith((_req, end) => end())
    expect(done.writes).toBe(1)
    expect(done.appData).toMatchObject({ passport: { user: own } })
  })

  it('[SESS-14] keeps what the app adds after it', async () => {
    await using done = await startWith((req, end) => {
      Object.assign(req.session, { added: 'after' })
      end()
    })
    expect(done.writes).toBe(2)
    expect(done.appData).toMatchObject({ added: 'after', passport: { user: own } })
  })

  it('[SESS-14] keeps what the app changes after it, whatever its name', async () => {
    await using done = await startWith((req, end) => {
      Object.assign(req.session, { token: { expires: 'soon' } })
      req.session.save(() => {
        Object.assign(req.session, { token: { expires: 'late' } })
        end()
      })
    })
    expect(done.appData).toMatchObject({ token: { expires: 'late' } })
  })

  it('[SESS-14] keeps the app’s deletion after an earlier save', async () => {
    await using done = await startWith((req, end) => {
      Object.assign(req.session, { added: 'for a moment' })
      req.session.save(() => {
        delete (req.session as { added?: string }).added
        end()
      })
    })
    expect(done.appData).not.toHaveProperty('added')
  })

  it('[SESS-14] keeps a lifetime that the app chooses after it', async () => {
    await using done = await startWith((req, end) => {
      req.session.cookie.maxAge = 3_600_000
      end()
    })
    // express-session computes it again from the end of the session, so a few milliseconds may be missing.
    expect(done.maxAge).toSatisfy((maxAge: number) => maxAge > 3_590_000 && maxAge <= 3_600_000)
  })

  it('[SESS-14] calls the app back if it saves the session again', async () => {
    await using done = await startWith((req, end) => req.session.save(end))
    expect(done.appData).toMatchObject({ passport: { user: own } })
  })
})
