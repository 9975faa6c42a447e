import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import { MemoryStore } from 'express-session'
import passport, { type PassportStatic } from 'passport'
import { describe, expect, it } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { fetchFrom, storedSessions, visitorSignedIn, whoIs } from '../support/visitors.ts'

const { sub } = readyUser('typical')
const staff = { sub: 'staff-7' } as unknown as Express.User

/** The app's own strategy, which lets everyone in as staff. */
class StaffStrategy extends passport.Strategy {
  override readonly name = 'staff'
  override authenticate(): void {
    this.success(staff)
  }
}

/** The routes of an app with other ways to log in. */
function otherLogIns(app: Express, own: PassportStatic): void {
  own.use(new StaffStrategy())
  const done: RequestHandler = (_req, res) => void res.end()
  const staffOptions = (options: object) => own.authenticate('staff', options) as RequestHandler
  app.get('/staff', staffOptions({}), done)
  app.get('/staff-keeping', staffOptions({ keepSessionInfo: true }), done)
  app.use((req, res, next) => {
    if (req.headers.authorization === undefined) next()
    else void staffOptions({ session: false })(req, res, next)
  })
  app.get('/log-out-keeping', (req, res, next) => {
    req.logout({ keepSessionInfo: true }, (error: unknown) => (error ? next(error) : res.end()))
  })
  app.get('/remember', (req, res) => {
    Object.assign(req.session, { remembered: 'yes' })
    res.end()
  })
  app.get(
    '/remembered',
    (req, res) => void res.json((req.session as { remembered?: string }).remembered ?? null),
  )
}

const start = (parts: Parameters<typeof startPair>[0] = {}) =>
  startPair({ ...parts, routes: (app, _oneLogin, own) => otherLogIns(app, own) })

/** A browser whose user has proven their identity, so /identity shows it. */
async function citizen(pair: Pair) {
  const browser = await visitorSignedIn(pair)
  const page = await browser.visit(`${pair.service.url}/identity`)
  expect(JSON.parse(page.body)).toMatchObject({ sub, identity: { proven: true } })
  return browser
}

const guarded = ['/account', '/identity']

describe('what One Login verified of a user', () => {
  it('[SESS-10] stays with them while they stay signed in', async () => {
    await using pair = await start()
    const browser = await citizen(pair)
    for (const path of guarded) {
      const page = await browser.send(pair.service.url + path)
      expect(JSON.parse(page.body)).toMatchObject({ sub })
    }
  })

  it.each(['/staff', '/staff-keeping'])(
    '[SESS-10] lets through no other user who logs in by %s in the same browser',
    async (path) => {
      await using pair = await start()
      const browser = await citizen(pair)
      await browser.send(pair.service.url + path)
      expect(await whoIs(pair.service, browser)).toBe('staff-7')
      for (const page of guarded)
        expect(await fetchFrom(browser, pair.service.url + page)).toMatchObject({ status: 401 })
    },
  )

  it('[SESS-10] lets through no user from a bearer token in the same request', async () => {
    await using pair = await start()
    const browser = await citizen(pair)
    for (const path of guarded) {
      const response = await browser.send(pair.service.url + path, {
        headers: { authorization: 'Bearer staff', accept: 'application/json', 'sec-fetch-mode': 'cors' },
      })
      expect(response.status).toBe(401)
    }
    expect((await browser.send(`${pair.service.url}/identity`)).status).toBe(200)
  })

  it('[SESS-10] lets through no user after a log-out that keeps the session, nor the next user', async () => {
    await using pair = await start()
    const browser = await citizen(pair)
    await browser.send(`${pair.service.url}/log-out-keeping`)
    expect(await fetchFrom(browser, `${pair.service.url}/identity`)).toMatchObject({ status: 401 })
    await browser.send(`${pair.service.url}/staff-keeping`)
    expect(await fetchFrom(browser, `${pair.service.url}/identity`)).toMatchObject({ status: 401 })
  })

  it('[SESS-10] is not written for a user whom the app puts into the session after a failed log-in', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin, own) => {
        // The service's own serializer would come first.
        Object.assign(own, { _serializers: [] })
        own.serializeUser((_user, done) => {
          done(new Error('no account'))
        })
        const useGuest: ErrorRequestHandler = (_error, req, res, _next) => {
          Object.assign(req.session, { passport: { user: 'guest' } })
          res.end()
        }
        app.use(oneLogin.routes(), useGuest)
        return false
      },
    })
    await pair.browser().visit(`${pair.service.url}/sign-in`)
    const [session = '', ...more] = storedSessions(pair).filter((text) => text.includes('guest'))
    expect(more).toEqual([])
    expect(JSON.parse(session)).toMatchObject({ passport: { user: 'guest' } })
    expect(session).not.toContain('oneLogin')
  })

  it('[SESS-10] is not left in the session of another user', async () => {
    const store = new MemoryStore()
    await using pair = await start({ store })
    const browser = await citizen(pair)
    await browser.send(`${pair.service.url}/staff-keeping`)
    await whoIs(pair.service, browser)
    expect(
      storedSessions(pair).filter((session) => session.includes('staff-7') && session.includes(sub)),
    ).toEqual([])
  })

  it('[SESS-10, SESS-14] keeps what the app stored through a step-up of the same user', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.send(`${pair.service.url}/remember`)
    await browser.visit(`${pair.service.url}/identity`)
    expect((await browser.send(`${pair.service.url}/remembered`)).body).toBe('"yes"')
  })

  it('[SESS-10] is rejected in a session whose record was changed, or moved from another session', async () => {
    const store = new MemoryStore()
    await using pair = await start({ store })
    const browser = await citizen(pair)
    await browser.send(`${pair.service.url}/remember`)
    const { sessions } = store as unknown as { sessions: Record<string, string> }
    const [id = '', text = ''] =
      Object.entries(sessions).find(([, session]) => session.includes('remembered')) ?? []
    const session = JSON.parse(text) as { passport: { user: object } }
    for (const changed of [
      { ...session, passport: { user: { ...session.passport.user, email: 'else@example.com' } } },
      { ...session, oneLogin: 'damaged' },
      { ...session, oneLogin: { anything: 5 } },
      { ...session, passport: undefined },
    ]) {
      sessions[id] = JSON.stringify(changed)
      const { status } = await fetchFrom(browser, `${pair.service.url}/account`)
      expect([401, 503]).toContain(status)
    }
    sessions[id] = text
    expect((await browser.send(`${pair.service.url}/account`)).status).toBe(200)
  })
})

describe('a user whom the verify callback rejects', () => {
  const guest = { sub: 'guest' } as unknown as Express.User

  it.each([
    ['false', () => false as const],
    ['a rejected promise', () => Promise.reject(new Error('no account'))],
  ])('[SESS-12] by %s leaves nothing to a guest whom the app logs in next', async (_how, verify) => {
    await using pair = await startPair({
      verify,
      routes: (app, oneLogin) => {
        const logGuestIn = (req: Request, res: Response) =>
          req.logIn(guest, () => {
            res.json({ guest: true, info: req.authInfo ?? null })
          })
        const onError: ErrorRequestHandler = (_error, req, res, _next) => {
          logGuestIn(req, res)
        }
        app.get('/auth/callback', oneLogin.callback(), onError)
      },
    })
    const browser = pair.browser()
    const page = await browser.visit(`${pair.service.url}/account`)
    expect(JSON.parse(page.body)).toEqual({ guest: true, info: null })
    expect(await whoIs(pair.service, browser)).toBe('guest')
    expect(await fetchFrom(browser, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
  })

  it('[SESS-12] whom the app replaces with a guest leaves the guest nothing', async () => {
    await using pair = await startPair({
      routes: (app, _oneLogin, own) => {
        app.get('/auth/callback', (req, res, next) => {
          const logGuestIn = () => req.logIn(guest, () => void res.end())
          ;(own.authenticate('govuk-one-login', logGuestIn) as RequestHandler)(req, res, next)
        })
      },
    })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/account`)
    expect(await whoIs(pair.service, browser)).toBe('guest')
    expect(await fetchFrom(browser, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
  })

  it('[SESS-12] leaves nothing to the next strategy', async () => {
    await using pair = await startPair({
      verify: () => false,
      routes: (app, _oneLogin, own) => {
        own.use(new StaffStrategy())
        const both = own.authenticate(['govuk-one-login', 'staff']) as RequestHandler
        app.get('/auth/callback', both, (_req, res) => void res.end())
      },
    })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/account`)
    expect(await whoIs(pair.service, browser)).toBe('staff-7')
    expect(await fetchFrom(browser, `${pair.service.url}/account`)).toMatchObject({ status: 401 })
  })
})

describe('a callback with options for Passport', () => {
  const startWith = (options: object) =>
    startPair({
      routes: (app, _oneLogin, own) => {
        otherLogIns(app, own)
        const callback = own.authenticate('govuk-one-login', options) as RequestHandler
        app.get('/auth/callback', callback, (req, res) => void res.json(req.user))
      },
    })

  it('[SESS-10] without a session leaves nothing to the user who is logged in', async () => {
    await using pair = await startWith({ session: false })
    const browser = pair.browser()
    await browser.send(`${pair.service.url}/staff`)
    const { body } = await browser.visit(`${pair.service.url}/sign-in`)
    expect(JSON.parse(body)).toMatchObject({ sub })
    expect(await whoIs(pair.service, browser)).toBe('staff-7')
    for (const page of guarded)
      expect(await fetchFrom(browser, pair.service.url + page)).toMatchObject({ status: 401 })
  })

  it.each([
    [{ keepSessionInfo: true }, 'yes'],
    [{ keepSessionInfo: false }, null],
    [{}, null],
  ])('[SESS-10] with %j keeps the data of the app that was there before: %j', async (options, remembered) => {
    await using pair = await startWith(options)
    const browser = pair.browser()
    await browser.send(`${pair.service.url}/remember`)
    await browser.visit(`${pair.service.url}/sign-in`)
    expect(await whoIs(pair.service, browser)).toBe(sub)
    const { body } = await browser.send(`${pair.service.url}/remembered`)
    expect(JSON.parse(body)).toBe(remembered)
  })
})
