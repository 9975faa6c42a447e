import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import express4 from 'express4'
import type express from 'express'
import type { RequestHandler } from 'express'
import type { AuthenticateOptions, PassportStatic } from 'passport'
import { describe, expect, it } from 'vitest'
import type { OneLoginUser, ProvenIdentity, PublicJwk, Signer } from '../../lib/index.ts'
import type { SimulatorUser } from '../../lib/simulator/index.ts'
import { startPair } from '../support/simulator.ts'
import { untilCallback } from '../support/visitors.ts'

type Pair = Awaited<ReturnType<typeof startPair>>

const userOn = (body: string) => JSON.parse(body) as OneLoginUser

/** Visits a page, stops before the callback, and returns its address. */
async function callbackOf(pair: Pair, browser = pair.browser(), path = '/account'): Promise<string> {
  return untilCallback(pair, browser, path)
}

function tokenRequests({ op }: Pair): number {
  return op.requests.filter(({ endpoint }) => endpoint === 'token').length
}

describe('signs in', () => {
  it.each([
    { how: 'with request objects', parts: {} },
    { how: 'with query parameters', parts: { options: { requestObject: false } } },
    { how: 'with a client secret', parts: { clientSecret: true } },
    {
      how: 'with RS256 ID tokens',
      parts: { simulator: { client: { idTokenSigningAlg: 'RS256' as const } } },
    },
    { how: 'on Express 4', parts: { framework: express4 } },
    {
      how: 'where request objects are required',
      parts: { simulator: { client: { requestObjectRequired: true } } },
    },
    { how: 'where PKCE is required', parts: { simulator: { client: { pkceRequired: true } } } },
  ])('[AUTHZ-1] $how, and returns to the same page', async ({ parts }) => {
    await using pair = await startPair(parts)
    const page = await pair.browser().visit(`${pair.service.url}/account?a=1&b=%20`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/account?a=1&b=%20` })
    expect(userOn(page.body)).toMatchObject({
      sub: expect.stringMatching(/^urn:fdc:gov\.uk:2022:/) as string,
      email: expect.stringContaining('@') as string,
      emailVerified: true,
      authentication: { level: 'Cl.Cm', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string },
    })
  })

  it.each([
    { how: 'with request objects', parts: {} },
    { how: 'with query parameters', parts: { options: { requestObject: false } } },
    {
      how: 'with RS256 ID tokens',
      parts: { simulator: { client: { idTokenSigningAlg: 'RS256' as const } } },
    },
    { how: 'on Express 4', parts: { framework: express4 } },
  ])('[AUTHZ-14] $how, and proves the identity in a second request', async ({ parts }) => {
    await using pair = await startPair(parts)
    pair.op.respondWith({ user: 'every-document' })
    const page = await pair.browser().visit(`${pair.service.url}/identity`)
    const identity = userOn(page.body).identity as ProvenIdentity
    expect(identity).toMatchObject({
      proven: true,
      level: 'P2',
      birthDate: expect.stringMatching(/^\d{4}-/) as string,
    })
    expect(identity.name.full).toBe(identity.name.parts.map(({ value }) => value).join(' '))
    expect(page.trail.filter((url) => url.includes('/authorize'))).toHaveLength(2)
  })

  it('[KEY-1] with a signer instead of a key, for the request object and the client assertion', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const signer = signerOf('kms-key', publicKey, privateKey)
    await using pair = await startPair({
      simulator: { client: { publicKeys: [publicKey.export({ type: 'spki', format: 'pem' }) as string] } },
      options: { privateKey: undefined, signer },
    })
    const page = await pair.browser().visit(`${pair.service.url}/identity`)
    expect(page.status).toBe(200)
    const [authorize] = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize')
    const [token] = pair.op.requests.filter(({ endpoint }) => endpoint === 'token')
    expect(authorize?.requestObject?.header).toMatchObject({ kid: 'kms-key', alg: 'PS256' })
    expect(token?.clientAssertion?.header).toMatchObject({ kid: 'kms-key', alg: 'PS256' })
  })

  it('[KEY-1] responds with 503 if the signer fails, with only the message of its error', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const signer = { ...signerOf('kms-key', publicKey), sign: () => Promise.reject(new Error('KMS is away')) }
    await using pair = await startPair({ options: { privateKey: undefined, signer } })
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(page).toMatchObject({ status: 503, body: expect.stringContaining('signing_failed') as string })
  })

  it.each([
    ['the sign-in request', 0],
    ['the token request', 1],
  ])('[KEY-6] responds with 503 if the signer never answers for %s', async (_what, answered) => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const kms = signerOf('kms-key', own.publicKey, own.privateKey)
    let calls = 0
    const signer = {
      ...kms,
      sign: (data: Uint8Array) =>
        calls++ < answered ? kms.sign(data) : new Promise<Uint8Array>(() => undefined),
    }
    await using pair = await startPair({
      simulator: {
        client: { publicKeys: [own.publicKey.export({ type: 'spki', format: 'pem' }) as string] },
      },
      options: { privateKey: undefined, signer, timeout: 2 },
    })
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(page).toMatchObject({ status: 503, body: expect.stringContaining('signing_failed') as string })
  })
})

function signerOf(kid: string, publicKey: KeyObject, privateKey?: KeyObject): Signer {
  return {
    kid,
    alg: 'PS256',
    publicJwk: publicKey.export({ format: 'jwk' }) as PublicJwk,
    sign: (data) =>
      Promise.resolve(sign('sha256', data, { key: privateKey ?? publicKey, padding: 6, saltLength: 32 })),
  }
}

describe('the request', () => {
  it('[CONF-5] every direct call carries the same User-Agent, with the address of the service', async () => {
    await using pair = await startPair({ options: { serviceURL: 'https://dragon.service.gov.uk' } })
    await pair.browser().visit(`${pair.service.url}/identity`)
    const direct = pair.op.requests.filter(({ endpoint }) => !['authorize', 'sign-in'].includes(endpoint))
    const agents = new Set(direct.map(({ headers }) => headers['user-agent']))
    expect([...agents]).toEqual([
      expect.stringMatching(
        /^passport-govuk-one-login\/\d+\.\d+\.\d+ \(https:\/\/dragon\.service\.gov\.uk\)$/,
      ),
    ])
    expect(new Set(direct.map(({ endpoint }) => endpoint))).toEqual(
      new Set(['discovery', 'jwks', 'did', 'token', 'userinfo']),
    )
  })

  it('[AUTHZ-7] requests claims only with an identity', async () => {
    await using pair = await startPair({ options: { requestObject: false, claims: ['address'] } })
    await pair.browser().visit(`${pair.service.url}/identity`)
    const [first, second] = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize')
    expect(first?.params.claims).toBeUndefined()
    expect(JSON.parse(second?.params.claims ?? '')).toEqual({
      userinfo: {
        'https://vocab.account.gov.uk/v1/coreIdentityJWT': null,
        'https://vocab.account.gov.uk/v1/address': null,
      },
    })
  })

  it('[AUTHZ-8] uses the language that the app chooses for each request', async () => {
    await using pair = await startPair({
      options: { requestObject: false, uiLocales: (req) => (req.query.lng === 'cy' ? 'cy' : undefined) },
    })
    for (const path of ['/account?lng=cy', '/account']) await callbackOf(pair, pair.browser(), path)
    const asked = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize')
    expect(asked.map(({ params }) => params.ui_locales)).toEqual(['cy', undefined])
  })

  it('[AUTHZ-2] [AUTHZ-3] [AUTHZ-4] has another state, nonce and challenge each time', async () => {
    await using pair = await startPair({ options: { requestObject: false } })
    for (let n = 0; n < 5; n++) await callbackOf(pair)
    const asked = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize')
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const values = asked.map(({ params }) => params[name] ?? '')
      expect(new Set(values).size).toBe(5)
      for (const value of values) expect(value).toMatch(/^[\w-]{43}$/)
    }
    expect(asked.every(({ params }) => !('code_verifier' in params))).toBe(true)
  })

  it('[AUTHZ-10] is rejected before the redirect if it would be too long, with the reason', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => app.get('/long', oneLogin.signIn({ loginHint: 'é'.repeat(250) })),
      options: { scope: ['openid'], clientId: 'c'.repeat(2000) },
    })
    const page = await pair.browser().visit(`${pair.service.url}/long`)
    expect(page.status).toBe(500)
    expect(page.body).toMatch(/request_too_long.*client_id \(2000\)/)
    expect(pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize')).toHaveLength(0)
  })

  it('[CB-9] is rejected if a service with a client secret requests an identity', async () => {
    await using pair = await startPair({ clientSecret: true })
    expect(() => pair.service.oneLogin.signIn({ vtr: ['Cl.Cm.P2'] })).toThrow(/"vtr".*key/)
    expect(() => pair.service.oneLogin.requireIdentity({ level: 'P2' })).toThrow(/"vtr".*key/)
  })

  it('[CB-8] authenticates with an assertion for the token endpoint that expires after 5 minutes', async () => {
    await using pair = await startPair()
    await pair.browser().visit(`${pair.service.url}/account`)
    const token = pair.op.requests.find(({ endpoint }) => endpoint === 'token')
    const { iat, exp, ...claims } = token?.clientAssertion?.claims as Record<string, number>
    expect(claims).toMatchObject({
      iss: pair.op.options.clientId,
      sub: pair.op.options.clientId,
      aud: `${pair.op.url}token`,
    })
    expect((exp ?? 0) - (iat ?? 0)).toBe(300)
    expect(token?.params).toMatchObject({
      redirect_uri: `${pair.service.url}/auth/callback`,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/) as string,
    })
  })
})

describe('the callback', () => {
  it('[CB-1] works once: a replay of it does not sign in', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser)
    expect((await browser.visit(callback)).status).toBe(200)
    await browser.visit(`${pair.service.url}/sign-out`)
    const replay = await browser.visit(callback)
    expect(replay).toMatchObject({ status: 400, body: expect.stringContaining('session_lost') as string })
    expect(tokenRequests(pair)).toBe(1)
  })

  it('[CB-16] repeated by a signed-in user redirects to the same page as before, without a token request', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser)
    const first = await browser.visit(callback)
    const repeated = await browser.visit(callback)
    expect(repeated).toMatchObject({ status: 200, url: first.url })
    expect(tokenRequests(pair)).toBe(1)
  })

  it('[CB-16] without any parameter starts a sign-in', async () => {
    await using pair = await startPair()
    const page = await pair.browser().visit(`${pair.service.url}/auth/callback`, { stopAt: true })
    expect(page.headers.location).toContain(`${pair.op.issuer}authorize`)
  })

  it('[CB-1] signs in once if several requests arrive at once', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser)
    const responses = await Promise.all(Array.from({ length: 8 }, () => browser.send(callback)))
    expect(responses.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400, 400, 400, 400, 400])
    expect(tokenRequests(pair)).toBe(1)
  })

  it('[CB-1] is rejected in another user’s browser, which stays signed out', async () => {
    await using pair = await startPair()
    const callback = await callbackOf(pair)
    const victim = pair.browser()
    await callbackOf(pair, victim)
    expect((await victim.visit(callback)).status).toBe(400)
    expect((await victim.visit(`${pair.service.url}/whoami`)).body).toBe('null')
    expect(tokenRequests(pair)).toBe(0)
  })

  it('[CB-1] is rejected without a session, and creates none', async () => {
    await using pair = await startPair()
    const response = await pair.browser().send(`${pair.service.url}/auth/callback?code=a&state=b`)
    expect(response.status).toBe(400)
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  it('[CB-1] is rejected with the code of another sign-in', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const [mine, other] = [new URL(await callbackOf(pair, browser)), new URL(await callbackOf(pair))]
    mine.searchParams.set('code', other.searchParams.get('code') ?? '')
    const page = await browser.visit(mine.href)
    expect(page).toMatchObject({ status: 502, body: expect.stringContaining('token_refused') as string })
  })

  it.each(['POST', 'HEAD'])('[CB-2] is rejected as %s', async (method) => {
    await using pair = await startPair({
      routes: (app, _oneLogin, passport) => {
        app.all('/auth/callback', passport.authenticate('govuk-one-login') as RequestHandler)
        return false
      },
    })
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser)
    expect((await browser.send(callback, { method })).status).toBe(400)
    expect(tokenRequests(pair)).toBe(0)
  })

  it('[AUTHZ-2] finishes sign-ins that were started in several tabs, in any order', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callbacks = []
    for (const path of ['/account?tab=1', '/account?tab=2', '/account?tab=3'])
      callbacks.push(await callbackOf(pair, browser, path))
    for (const tab of [2, 3, 1]) {
      const page = await browser.visit(callbacks[tab - 1] ?? '')
      expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/account?tab=${tab}` })
    }
  })

  it('[AUTHZ-2] keeps at most 10 sign-ins, and drops the oldest', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callbacks: string[] = []
    for (let n = 0; n < 11; n++) callbacks.push(await callbackOf(pair, browser))
    expect((await browser.send(callbacks[0] ?? '')).status).toBe(400)
    expect((await browser.send(callbacks[1] ?? '')).status).toBe(303)
  })

  it('[CB-12] renews the session id', async () => {
    await using pair = await startPair({
      routes: (app) => {
        app.get('/visit', (req, res) => {
          Object.assign(req.session, { visited: true })
          res.end()
        })
      },
    })
    const browser = pair.browser()
    const jar = browser.jar(new URL(pair.service.url).host)
    await browser.visit(`${pair.service.url}/visit`)
    const callback = await callbackOf(pair, browser)
    const before = jar.get('connect.sid')
    await browser.visit(callback)
    expect(before).toBeDefined()
    expect(jar.get('connect.sid')).not.toBe(before)
    const old = await browser.send(`${pair.service.url}/whoami`, {
      headers: { cookie: `connect.sid=${before ?? ''}` },
    })
    expect(old.body).toBe('null')
  })

  it('[CONF-4] signs in again as soon as One Login is reachable', async () => {
    await using pair = await startPair()
    await pair.op.stopListening()
    expect((await pair.browser().visit(`${pair.service.url}/account`)).status).toBe(503)
    await pair.op.listenAgain()
    expect((await pair.browser().visit(`${pair.service.url}/account`)).status).toBe(200)
  })

  it('[IDT-1] follows a rotation of keys', async () => {
    await using pair = await startPair()
    expect((await pair.browser().visit(`${pair.service.url}/identity`)).status).toBe(200)
    pair.op.rotateKeys({ withdrawOld: true })
    expect((await pair.browser().visit(`${pair.service.url}/identity`)).status).toBe(200)
  })

  it('[CONF-3] an outage of the DID document does not prevent a sign-in', async () => {
    await using pair = await startPair()
    pair.op.breakUntilReset('did', '500')
    expect((await pair.browser().visit(`${pair.service.url}/account`)).status).toBe(200)
    expect(pair.op.requests.some(({ endpoint }) => endpoint === 'did')).toBe(false)
  })
})

describe('with Passport alone', () => {
  const signIn: AuthenticateOptions = { returnTo: '/whoami', state: 'basket 7' }
  const passportRoutes = (options: object = {}) => ({
    routes: (app: express.Express, _oneLogin: unknown, passport: PassportStatic) => {
      app.get('/sign-in', passport.authenticate('govuk-one-login', signIn) as RequestHandler)
      app.get(
        '/auth/callback',
        passport.authenticate('govuk-one-login', options) as RequestHandler,
        (req, res) => {
          res.json({ user: req.user, info: req.authInfo })
        },
      )
      return false
    },
  })

  it('[CB-12] returns what the app passed: returnTo and its own state', async () => {
    await using pair = await startPair(passportRoutes())
    const page = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(JSON.parse(page.body)).toMatchObject({
      user: { authentication: { level: 'Cl.Cm' } },
      info: { returnTo: '/whoami', state: 'basket 7' },
    })
  })

  it('[AUTHZ-19] sends no data of another user, although the app changes and reuses one options object', async () => {
    const reused = { returnTo: '/', loginHint: '', state: { basket: '' } }
    await using pair = await startPair({
      routes: (app, _oneLogin, passport) => {
        app.get('/sign-in', (req, res, next) => {
          const user = req.query.user as string
          Object.assign(reused, { loginHint: `${user}@example.com`, returnTo: `/${user}` })
          reused.state.basket = user
          ;(passport.authenticate('govuk-one-login', reused as object) as RequestHandler)(req, res, next)
        })
        app.get('/auth/callback', passport.authenticate('govuk-one-login') as RequestHandler, (req, res) => {
          res.json(req.authInfo)
        })
        return false
      },
    })
    const users = ['ann', 'ben', 'cat']
    const pages = await Promise.all(
      users.map((user) => pair.browser().visit(`${pair.service.url}/sign-in?user=${user}`)),
    )
    expect(pages.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      users.map((user) => ({ returnTo: `/${user}`, state: { basket: user } })),
    )
    const hints = pair.op.requests.flatMap(({ requestObject }) => requestObject?.claims.login_hint ?? [])
    expect(hints.toSorted()).toEqual(users.map((user) => `${user}@example.com`))
  })

  it('[CB-12] returns with successReturnToOrRedirect', async () => {
    await using pair = await startPair(passportRoutes({ successReturnToOrRedirect: '/' }))
    const page = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/whoami` })
  })

  it('[CB-12] keeps Passport’s own check of a log-in without a callback', async () => {
    await using pair = await startPair({
      routes: (app, _oneLogin, passport) => {
        app.get('/sign-in', passport.authenticate('govuk-one-login') as RequestHandler)
        app.get('/auth/callback', (req, res, next) => {
          const logIn = (_error: unknown, user: Express.User) => {
            try {
              ;(req.logIn as (user: object) => void)(user)
            } catch (error) {
              next(error)
            }
          }
          ;(passport.authenticate('govuk-one-login', logIn) as RequestHandler)(req, res, next)
        })
        return false
      },
    })
    const page = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(page).toMatchObject({ status: 500, body: expect.stringContaining('callback function') as string })
  })

  it('[CB-12] leaves the app’s own returnTo alone if the sign-in has none', async () => {
    await using pair = await startPair({
      routes: (app, _oneLogin, passport) => {
        const authenticate = (options = {}) =>
          passport.authenticate('govuk-one-login', options) as RequestHandler
        app.get('/sign-in', (req, _res, next) => {
          Object.assign(req.session, { returnTo: '/whoami' })
          next()
        })
        app.get('/sign-in', authenticate())
        app.get('/auth/callback', authenticate({ successReturnToOrRedirect: '/', keepSessionInfo: true }))
        return false
      },
    })
    const page = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/whoami` })
  })

  it('[CB-4] calls fail() for errors that the user can fix, with their status, and redirects where the app says', async () => {
    await using plain = await startPair(passportRoutes())
    plain.op.respondWith({ error: { error: 'access_denied' } })
    const refused = await plain.browser().visit(`${plain.service.url}/sign-in`)
    expect(refused).toMatchObject({ status: 403, body: 'Forbidden' })
    await using redirecting = await startPair(passportRoutes({ failureRedirect: '/whoami' }))
    redirecting.op.respondWith({ error: { error: 'access_denied' } })
    const page = await redirecting.browser().visit(`${redirecting.service.url}/sign-in`)
    expect(page).toMatchObject({ status: 200, url: `${redirecting.service.url}/whoami`, body: 'null' })
  })

  it('[IDT-1] calls error() for faults and attacks', async () => {
    await using pair = await startPair(passportRoutes({ failureRedirect: '/whoami' }))
    pair.op.breakNext('id-token', 'invalid-signature')
    const page = await pair.browser().visit(`${pair.service.url}/sign-in`)
    expect(page).toMatchObject({ status: 502, body: expect.stringContaining('id_token_invalid') as string })
  })

  it('[CB-12] keeps users apart who sign in at once, also if the strategy is passed as an object', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin, passport) => {
        const authenticate = passport.authenticate.bind(passport) as unknown as (
          strategy: object,
          options?: object,
        ) => RequestHandler
        app.get('/sign-in', authenticate(oneLogin))
        app.get('/auth/callback', authenticate(oneLogin, { successRedirect: '/whoami' }))
        return false
      },
    })
    const subjects = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `urn:fdc:gov.uk:2022:${letter}`)
    const callbacks = []
    for (const subject of subjects) {
      const user: SimulatorUser = { sub: subject, email: `${subject.slice(-1)}@example.com` }
      pair.op.respondWith({ user })
      const browser = pair.browser()
      callbacks.push({ browser, callback: await callbackOf(pair, browser, '/sign-in') })
    }
    pair.op.breakNext('token', 'slow', { seconds: 0.1 })
    const pages = await Promise.all(callbacks.map(({ browser, callback }) => browser.visit(callback)))
    expect(pages.map(({ body }) => userOn(body))).toEqual(
      subjects.map((subject) => expect.objectContaining({ sub: subject }) as OneLoginUser),
    )
  })
})

describe('the verify callback', () => {
  it('[UI-4] maps the user to an account of the app', async () => {
    await using pair = await startPair({ verify: (user) => Promise.resolve({ id: 42, from: user.sub }) })
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(JSON.parse(page.body)).toEqual({ id: 42, from: expect.stringMatching(/^urn:/) as string })
  })

  it('[UI-4] can use done', async () => {
    await using pair = await startPair({
      verify: (user, done) => {
        setImmediate(done, null, { id: user.sub })
        return undefined
      },
    })
    expect((await pair.browser().visit(`${pair.service.url}/account`)).body).toMatch(/^\{"id":"urn:/)
  })

  it.each([false, null, undefined])('[UI-4] rejects a user for whom it returns %s', async (nobody) => {
    const events: unknown[] = []
    const note = (event: unknown, channel: string | symbol) => events.push([channel, event])
    const channels = ['sign-in.succeeded', 'sign-in.failed'].map((name) => `passport-govuk-one-login:${name}`)
    await using pair = await startPair({ verify: (_user) => nobody })
    const browser = pair.browser()
    for (const channel of channels) subscribe(channel, note)
    const page = await browser.visit(`${pair.service.url}/account`)
    for (const channel of channels) unsubscribe(channel, note)
    expect(page).toMatchObject({ status: 403, body: expect.stringContaining('user_refused') as string })
    expect(events).toEqual([[channels[1], { code: 'user_refused' }]])
    expect((await browser.visit(`${pair.service.url}/whoami`)).body).toBe('null')
  })

  it('[UI-4] passes on what the app throws, and signs no user in', async () => {
    const verify = (_user: OneLoginUser) => {
      throw new Error('the database is away')
    }
    await using pair = await startPair({ verify })
    const browser = pair.browser()
    const page = await browser.visit(`${pair.service.url}/account`)
    expect(page).toMatchObject({
      status: 500,
      body: expect.stringContaining('the database is away') as string,
    })
    expect((await browser.visit(`${pair.service.url}/whoami`)).body).toBe('null')
  })
})
