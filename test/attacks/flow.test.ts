import { EventEmitter, once } from 'node:events'
import express from 'express'
import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import { signInAt, startAttackedService } from '../support/attacked-service.ts'
import { Browser, type Page } from '../support/browser.ts'
import { startHostileProvider } from '../support/hostile-provider.ts'
import { sendRaw } from '../support/raw-request.ts'
import { startService } from '../support/service.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { visitorSignedIn, whoIs } from '../support/visitors.ts'

const victim = readyUser('typical').sub
const attacker = readyUser('many-given-names').sub

type User = Parameters<typeof readyUser>[0]

/** Signs a user in at One Login, stops before the callback, and returns its address. */
async function callbackOf(pair: Pair, browser: Browser, user: User, path = '/account'): Promise<URL> {
  pair.op.respondWith({ user })
  const { headers, status } = await browser.visit(pair.service.url + path, {
    stopAt: (location) => location.startsWith(`${pair.service.url}/auth/callback?`),
  })
  if (!headers.location) throw new Error(`No callback came, but ${status}`)
  return new URL(headers.location)
}

const tokenRequests = ({ op }: Pair) => op.requests.filter(({ endpoint }) => endpoint === 'token').length
const codeOn = ({ body }: Pick<Page, 'body'>) => (JSON.parse(body) as { code?: string }).code
const cookiesOf = ({ service }: Pair, browser: Browser) => browser.jar(new URL(service.url).host)

/** A store in which all requests read their session before any of them writes it. */
class CrowdedStore extends MemoryStore {
  #waiting: (() => void)[] = []
  #together = 1

  answerTogether(count: number): void {
    this.#together = count
  }

  override get(...[sid, callback]: Parameters<MemoryStore['get']>): void {
    this.#waiting.push(() => {
      super.get(sid, callback)
    })
    if (this.#waiting.length < this.#together) return
    const waiting = this.#waiting
    this.#waiting = []
    this.#together = 1
    for (const read of waiting) read()
  }
}

describe('login CSRF', () => {
  it('[CB-1] does not sign the victim in as the attacker whose callback they are sent to', async () => {
    await using pair = await startPair()
    const callback = await callbackOf(pair, pair.browser(), 'many-given-names')
    const browser = pair.browser()
    expect(await browser.visit(callback.href)).toMatchObject({ status: 400 })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
    expect(tokenRequests(pair)).toBe(0)
  })

  it('[CB-1] neither changes the user of a signed-in victim nor signs them out', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    const callback = await callbackOf(pair, pair.browser(), 'many-given-names')
    expect(codeOn(await browser.visit(callback.href))).toBe('session_lost')
    expect(await whoIs(pair.service, browser)).toBe(victim)
  })

  it('[CB-1] does not work with the state of the victim and the code of the attacker', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const stolen = await callbackOf(pair, pair.browser(), 'many-given-names')
    const callback = await callbackOf(pair, browser, 'typical')
    callback.searchParams.set('code', stolen.searchParams.get('code') ?? '')
    expect(codeOn(await browser.visit(callback.href))).toBe('token_refused')
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-4] signing the victim out from another site does nothing', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${pair.service.url}.evil.example` },
      { origin: pair.service.url, 'sec-fetch-site': 'cross-site' },
    ])
      for (const method of ['GET', 'POST'])
        if (method === 'POST' || !('origin' in headers) || 'sec-fetch-site' in headers) {
          const response = await browser.send(`${pair.service.url}/sign-out`, { method, headers })
          expect(response.status).toBe(403)
        }
    expect(await whoIs(pair.service, browser)).toBe(victim)
  })
})

describe('session fixation', () => {
  it('[CB-12] leaves the attacker who planted the session with nothing', async () => {
    await using pair = await startPair()
    const mallory = pair.browser()
    await callbackOf(pair, mallory, 'many-given-names')
    const browser = pair.browser()
    for (const [name, value] of cookiesOf(pair, mallory)) cookiesOf(pair, browser).set(name, value)
    pair.op.respondWith({ user: 'typical' })
    await browser.visit(`${pair.service.url}/account`)
    expect(await whoIs(pair.service, browser)).toBe(victim)
    expect(await whoIs(pair.service, mallory)).toBeUndefined()
  })

  it('[CB-12] deletes what the attacker put into the planted session', async () => {
    await using pair = await startPair({
      routes: (app) => {
        app.get('/put', (req, res) => {
          Object.assign(req.session, { basket: 'planted' })
          res.end()
        })
        app.get('/basket', (req, res) => void res.send(String((req.session as { basket?: string }).basket)))
      },
    })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/put`)
    await browser.visit(`${pair.service.url}/account`)
    expect((await browser.visit(`${pair.service.url}/basket`)).body).toBe('undefined')
  })

  it('[CB-12] does not work with a session id that the attacker made up', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    cookiesOf(pair, browser).set('connect.sid', 's%3Amade-up.signature')
    await browser.visit(`${pair.service.url}/account`)
    expect(cookiesOf(pair, browser).get('connect.sid')).not.toContain('made-up')
    expect(await whoIs(pair.service, browser)).toBe(victim)
  })

  it('[CB-12] of a step-up leaves the attacker who knew the old session with nothing', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    const mallory = pair.browser()
    for (const [name, value] of cookiesOf(pair, browser)) cookiesOf(pair, mallory).set(name, value)
    await browser.visit(`${pair.service.url}/identity`)
    expect(await whoIs(pair.service, mallory)).toBeUndefined()
  })
})

describe('a callback', () => {
  it('[CB-1] of another session is rejected, although both sessions wait for one', async () => {
    await using pair = await startPair()
    const [one, other] = [pair.browser(), pair.browser()]
    const callbacks = [
      await callbackOf(pair, one, 'typical'),
      await callbackOf(pair, other, 'many-given-names'),
    ]
    expect((await one.visit(callbacks[1]?.href ?? '')).status).toBe(400)
    expect((await other.visit(callbacks[0]?.href ?? '')).status).toBe(400)
    expect(tokenRequests(pair)).toBe(0)
    expect((await one.visit(callbacks[0]?.href ?? '')).status).toBe(200)
    expect([await whoIs(pair.service, one), await whoIs(pair.service, other)]).toEqual([victim, undefined])
  })

  it('[CB-1] that was used is rejected, also after sign-out and with the old cookie', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser, 'typical')
    const before = new Map(cookiesOf(pair, browser))
    await browser.visit(callback.href)
    await browser.visit(`${pair.service.url}/sign-out`)
    expect((await browser.visit(callback.href)).status).toBe(400)
    const thief = pair.browser()
    for (const [name, value] of before) cookiesOf(pair, thief).set(name, value)
    expect((await thief.visit(callback.href)).status).toBe(400)
    expect(await whoIs(pair.service, thief)).toBeUndefined()
    expect(tokenRequests(pair)).toBe(1)
  })

  it('[CB-1] without a session is rejected, and creates none', async () => {
    await using pair = await startPair()
    const callback = await callbackOf(pair, pair.browser(), 'typical')
    const response = await pair.browser().send(callback.href)
    expect({ status: response.status, cookies: response.headers['set-cookie'] }).toEqual({
      status: 400,
      cookies: undefined,
    })
  })

  it('[CB-1] that comes many times at once signs in once, and sends its code once', async () => {
    const store = new CrowdedStore()
    await using pair = await startPair({ store })
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser, 'typical')
    store.answerTogether(16)
    const responses = await Promise.all(Array.from({ length: 16 }, () => browser.send(callback.href)))
    expect(responses.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 400)).toHaveLength(15)
    expect(tokenRequests(pair)).toBe(1)
  })

  it('[AUTHZ-2] of one user at the same time as that of another, in one browser, signs in exactly one of them', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callbacks = [
      await callbackOf(pair, browser, 'typical', '/account?tab=1'),
      await callbackOf(pair, browser, 'many-given-names', '/account?tab=2'),
    ]
    await Promise.all(callbacks.map(({ href }) => browser.send(href)))
    const { body } = await browser.visit(`${pair.service.url}/whoami`)
    const user = JSON.parse(body) as { sub: string; email: string }
    const [name] = user.sub === victim ? (['typical'] as const) : (['many-given-names'] as const)
    expect(user).toMatchObject({ sub: readyUser(name).sub, email: readyUser(name).email })
  })

  it('[CB-3] with an error and a code is rejected, and the code is not sent', async () => {
    await using pair = await startPair()
    for (const error of ['access_denied', 'login_required', '']) {
      const browser = pair.browser()
      const callback = await callbackOf(pair, browser, 'typical')
      callback.searchParams.set('error', error)
      const page = await browser.visit(callback.href)
      if (error) expect(codeOn(page)).toBe('callback_invalid')
    }
    expect(tokenRequests(pair)).toBe(1)
  })

  it('[CB-5] with login_required and another user’s state does not end the session of the victim', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    for (const state of ['', '&state=', '&state=made-up'])
      expect(
        (await browser.visit(`${pair.service.url}/auth/callback?error=login_required${state}`)).status,
      ).toBe(400)
    expect(await whoIs(pair.service, browser)).toBe(victim)
  })

  const additions: readonly string[] = [
    'state=again',
    'code=again',
    'state[]=x',
    'state[a]=x',
    'code[]=x',
    'code[a][b]=x',
    'code.a=x',
    'error[]=x',
    'iss=https://one/&iss=https://two/',
    `error_description=${'x'.repeat(2049)}`,
    `iss=${'x'.repeat(4000)}`,
    'iss=https://stranger.example/',
    '%73tate=encoded',
    '&&&code=&',
  ]

  it.each(additions.map((addition) => [addition.slice(0, 40), addition]))(
    '[CB-2] with %s as well is rejected, and its code is not sent',
    async (_shown, addition) => {
      await using pair = await startPair()
      const browser = pair.browser()
      const callback = await callbackOf(pair, browser, 'typical')
      expect(codeOn(await browser.visit(`${callback.href}&${addition}`))).toBe('callback_invalid')
      expect(await whoIs(pair.service, browser)).toBeUndefined()
      expect(tokenRequests(pair)).toBe(0)
    },
  )

  it.each(['state', 'code'])('[CB-2] with a %s of 2,049 characters is rejected', async (name) => {
    await using pair = await startPair()
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser, 'typical')
    callback.searchParams.set(name, 'x'.repeat(2049))
    expect(codeOn(await browser.visit(callback.href))).toBe('callback_invalid')
    expect(tokenRequests(pair)).toBe(0)
  })

  it('[CB-2] with prototype keys changes no object', async () => {
    await using pair = await startPair({ routes: (app) => app.set('query parser', 'extended') })
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser, 'typical')
    const pollution = ['__proto__[sub]=x', '__proto__.sub=x', 'constructor[prototype][sub]=x', '__proto__=x']
    const page = await browser.visit(`${callback.href}&${pollution.join('&')}`)
    expect(page.status).toBe(200)
    expect(({} as { sub?: unknown }).sub).toBeUndefined()
    expect(await whoIs(pair.service, browser)).toBe(victim)
  })

  it.each(['__proto__', 'constructor', 'toString', 'length'])(
    '[CB-1] with the state %s is rejected',
    async (state) => {
      await using pair = await startPair()
      const browser = pair.browser()
      const callback = await callbackOf(pair, browser, 'typical')
      callback.searchParams.set('state', state)
      expect(codeOn(await browser.visit(callback.href))).toBe('session_lost')
    },
  )

  it('[CB-2] in the absolute form of a request line is the same callback, whatever host it names', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const { pathname, search } = await callbackOf(pair, browser, 'typical')
    const [[name = '', value = ''] = []] = cookiesOf(pair, browser)
    const response = await sendRaw(pair.service.url, `GET http://evil.example${pathname}${search} HTTP/1.1`, [
      `Cookie: ${name}=${value}`,
    ])
    expect(response).toMatchObject({ status: 303, location: '/account' })
    expect(response.head).not.toContain('evil')
  })

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])(
    '[CB-2] as %s sends no code, and the sign-in can still finish',
    async (method) => {
      await using pair = await startPair()
      const browser = pair.browser()
      const callback = await callbackOf(pair, browser, 'typical')
      const { status } = await browser.send(callback.href, { method })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(tokenRequests(pair)).toBe(0)
      expect((await browser.visit(callback.href)).status).toBe(200)
    },
  )
})

describe('mix-up with another provider', () => {
  it('[CONF-1] is detected by the issuer in the callback, and the code is not sent', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.callback = (params) => {
      params.set('iss', 'https://another-provider.example/')
    }
    expect(await signInAt(attacked.service)).toMatchObject({ code: 'callback_invalid', user: null })
    expect(attacked.provider.requests.filter(({ url }) => url === '/token')).toEqual([])
  })

  it('[CB-1] sends no code of one provider to the other, in a service with both', async () => {
    await using other = await startHostileProvider()
    await using attacked = await startAttackedService()
    await using second = await startService((url) => other.optionsFor(url))
    const browser = new Browser()
    const stopAt = (next: string) => next.includes('/auth/')
    const first = await browser.visit(`${attacked.service.url}/account`, { stopAt })
    await browser.visit(`${second.url}/account`, { stopAt })
    const { search } = new URL(first.headers.location ?? '')
    expect(codeOn(await browser.visit(`${second.url}/auth/callback${search}`))).toBe('session_lost')
    expect(other.requests.filter(({ url }) => url === '/token')).toEqual([])
  })

  it('[IDT-3] signs no user in with tokens of the other provider', async () => {
    await using other = await startAttackedService()
    await using attacked = await startAttackedService()
    let stolen = ''
    const { idToken } = other.provider
    other.provider.idToken = (draft) => (stolen = idToken(draft))
    await signInAt(other.service)
    attacked.provider.idToken = () => stolen
    expect(await signInAt(attacked.service)).toMatchObject({ code: 'id_token_invalid', user: null })
  })

  it('[CONF-1] does not follow a discovery document that names another issuer', async () => {
    await using other = await startHostileProvider()
    await using attacked = await startAttackedService()
    attacked.provider.documents.discovery = other.documents.discovery
    expect(await signInAt(attacked.service)).toMatchObject({ code: 'provider_document_unusable', user: null })
    expect(other.requests).toEqual([])
  })

  it('[CB-10] does not send a code to the target of a token endpoint’s redirect', async () => {
    await using other = await startHostileProvider()
    await using pair = await startPair()
    pair.op.breakUntilReset('token', 'redirect')
    const browser = pair.browser()
    const callback = await callbackOf(pair, browser, 'typical')
    expect(codeOn(await browser.visit(callback.href))).toBe('provider_answer_invalid')
    expect(tokenRequests(pair)).toBe(1)
    expect(other.requests).toEqual([])
  })
})

describe('a user who has signed out', () => {
  it('[SESS-1] cannot be signed in by a sign-in that waited in another tab', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    const callback = await callbackOf(pair, browser, 'typical', '/identity')
    await browser.visit(`${pair.service.url}/sign-out`)
    expect((await browser.visit(callback.href)).status).toBe(400)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('[SESS-1] is not signed in again by the old cookie', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'typical')
    const thief = pair.browser()
    for (const [name, value] of cookiesOf(pair, browser)) cookiesOf(pair, thief).set(name, value)
    await browser.visit(`${pair.service.url}/sign-out`)
    expect(await whoIs(pair.service, thief)).toBeUndefined()
  })

  it.each([true, false])(
    '[SESS-1] is not signed in again by a request that was still running (back-channel logout: %s)',
    async (hasSignedOut) => {
      const progress = new EventEmitter()
      await using pair = await startPair({
        options: { session: { idle: '30m' } },
        routes: (app, oneLogin) => {
          app.get('/slow', (req, res) => {
            Object.assign(req.session, { visited: 'slow' })
            progress.emit('arrived')
            progress.once('go on', () => res.send('done'))
          })
          app.use(oneLogin.routes(hasSignedOut ? {} : { paths: { backChannelLogout: false } }))
          return false
        },
      })
      const browser = await visitorSignedIn(pair, 'typical')
      const thief = pair.browser()
      for (const [name, value] of cookiesOf(pair, browser)) cookiesOf(pair, thief).set(name, value)
      const arrived = once(progress, 'arrived')
      const slow = thief.send(`${pair.service.url}/slow`)
      await arrived
      await browser.visit(`${pair.service.url}/sign-out`)
      if (hasSignedOut) await pair.op.settleLogouts()
      progress.emit('go on')
      await slow
      expect(await whoIs(pair.service, thief)).toBeUndefined()
    },
  )
})

describe('a body', () => {
  it('[SESS-8] with prototype keys signs no user out and changes no object', async () => {
    await using pair = await startPair({
      store: new MemoryStore(),
      routes: (app) => app.use(express.urlencoded({ extended: true }), express.json()),
    })
    const browser = await visitorSignedIn(pair, 'typical')
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', '__proto__[logout_token]=a.b.c'],
      ['application/x-www-form-urlencoded', 'logout_token[__proto__]=a&logout_token[length]=1'],
      ['application/x-www-form-urlencoded', 'logout_token=a&logout_token=b'],
      ['application/json', '{"__proto__":{"logout_token":"a.b.c"}}'],
    ] as const) {
      const response = await new Browser().send(`${pair.service.url}/back-channel-logout`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      })
      expect(response.status).toBe(400)
    }
    expect(({} as { logout_token?: unknown }).logout_token).toBeUndefined()
    expect(await whoIs(pair.service, browser)).toBe(victim)
    expect(attacker).not.toBe(victim)
  })
})

it('[UI-1] an ID token and userinfo of other users, and not of the same one, end the sign-in', async () => {
  await using pair = await startPair()
  pair.op.breakNext('id-token', 'wrong-sub')
  pair.op.breakNext('userinfo', 'wrong-sub')
  const browser = pair.browser()
  expect((await browser.visit(`${pair.service.url}/account`)).status).toBe(502)
  expect((await browser.send(`${pair.service.url}/whoami`)).body).toBe('null')
})
