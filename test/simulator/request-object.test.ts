import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  Browser,
  authorizationURL,
  claimsRequest,
  now,
  paramsOf,
  requestObjectURL,
  start,
} from './relying-party.ts'

afterEach(() => {
  vi.useRealTimers()
})

const denied = 'Access denied by resource owner or authorization server'

describe('an authorization request in a request object', () => {
  it('[SIM-1] [AUTHZ-11] comes back with a code and the state of the object', async () => {
    const op = await start()
    const callback = await new Browser().redirect(await requestObjectURL(op))
    expect(paramsOf(callback)).toEqual({ code: expect.any(String) as string, state: 'a-state' })
  })

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    '[SIM-2] [KEY-5] can be signed with %s',
    async (alg) => {
      const op = await start()
      const callback = await new Browser().redirect(await requestObjectURL(op, {}, {}, { alg }))
      expect(callback.searchParams.get('code')).not.toBeNull()
    },
  )

  it('[SIM-2] is rejected if another key signed it, or if it is signed with the service’s public key as a secret', async () => {
    const op = await start()
    const browser = new Browser()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const publicKey = createPublicKey(createPrivateKey(op.options.privateKey)).export({
      type: 'spki',
      format: 'der',
    })
    const urls = [
      await requestObjectURL(op, {}, {}, {}, privateKey),
      await requestObjectURL(op, {}, {}, { alg: 'HS256' }, createSecretKey(publicKey)),
      await requestObjectURL(
        op,
        {},
        {},
        { alg: 'ES256' },
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      ),
    ]
    for (const url of urls) {
      const response = await browser.get(url)
      expect(response.status).toBe(400)
      expect(await response.text()).toBe('Trust chain validation failed')
    }
  })

  it('[SIM-2] shows a 400 page for an unsigned object', async () => {
    const op = await start()
    const request = new UnsecuredJWT({ state: 'a-state', redirect_uri: op.options.callbackURL }).encode()
    const response = await new Browser().get(authorizationURL(op, { request, redirect_uri: undefined }))
    expect(response.status).toBe(400)
    expect(await response.text()).toBe('Invalid request')
  })

  it.each([
    ['has expired', (seconds: number) => ({ exp: seconds - 31 })],
    ['is not valid yet', (seconds: number) => ({ nbf: seconds + 60 })],
    ['has no redirect URI', () => ({ redirect_uri: undefined })],
    ['has an unregistered redirect URI', () => ({ redirect_uri: 'http://127.0.0.1:3000/elsewhere' })],
    ['has an unknown response mode', () => ({ response_mode: 'form_post' })],
  ])('[SIM-2] [AUTHZ-12] shows a 400 page for an object that %s', async (_title, claims) => {
    const op = await start()
    const response = await new Browser().get(await requestObjectURL(op, claims(now(op))))
    expect(response.status).toBe(400)
    expect(await response.text()).toBe('Invalid request')
  })

  it('[SIM-2] allows clocks to differ by 30 seconds, and does not require an expiry', async () => {
    const op = await start()
    const browser = new Browser()
    const claims = [
      { exp: now(op) - 20 },
      { nbf: now(op) + 20 },
      { exp: undefined },
      { iat: now(op) + 9999, jti: undefined },
    ]
    for (const some of claims) {
      const callback = await browser.redirect(await requestObjectURL(op, some))
      expect(callback.searchParams.get('code')).not.toBeNull()
    }
  })

  it('[SIM-2] accepts a difference of 29 seconds and rejects one of 30', async () => {
    const op = await start()
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00Z') })
    const statusOf = async (claims: Record<string, number>) =>
      (await new Browser().get(await requestObjectURL(op, claims))).status
    expect(await statusOf({ exp: now(op) - 29 })).toBe(302)
    expect(await statusOf({ exp: now(op) - 30 })).toBe(400)
    expect(await statusOf({ nbf: now(op) + 29 })).toBe(302)
    expect(await statusOf({ nbf: now(op) + 30 })).toBe(400)
  })

  it('[SIM-2] requires response_type and scope in the query as well', async () => {
    const op = await start()
    const browser = new Browser()
    for (const params of [{ response_type: undefined }, { scope: undefined }, { scope: 'email' }]) {
      const response = await browser.get(await requestObjectURL(op, {}, params))
      expect(await response.text()).toBe('Request is missing parameters')
    }
    const wrong = await browser.redirect(await requestObjectURL(op, {}, { response_type: 'token' }))
    expect(wrong.searchParams.get('error')).toBe('unsupported_response_type')
  })

  it('[SIM-2] [AUTHZ-12] ignores an object whose subject is the client ID', async () => {
    const op = await start()
    const url = await requestObjectURL(op, { sub: op.options.clientId })
    expect(await (await new Browser().get(url)).text()).toBe('Request is missing parameters')
  })

  it('[SIM-2] redirects with an error for a malformed query if the query has the redirect URI', async () => {
    const op = await start()
    const { callbackURL } = op.options
    const callback = await new Browser().redirect(
      await requestObjectURL(op, {}, { redirect_uri: callbackURL, state: 'query-state', request: 'abc' }),
    )
    expect(paramsOf(callback)).toEqual({
      error: 'invalid_request',
      error_description: 'Invalid request',
      state: 'query-state',
    })
  })

  it.each([
    ['another client id', { client_id: 'another' }, 'unauthorized_client', 'Unauthorized client'],
    ['no client id', { client_id: undefined }, 'unauthorized_client', 'Unauthorized client'],
    ['a request object inside', { request: 'abc' }, 'invalid_request', 'Invalid request'],
    ['no audience', { aud: undefined }, 'access_denied', denied],
    ['the token endpoint as its audience', { aud: 'http://127.0.0.1/token' }, 'access_denied', denied],
    ['another issuer', { iss: 'another' }, 'unauthorized_client', 'Unauthorized client'],
    ['no issuer', { iss: undefined }, 'unauthorized_client', 'Unauthorized client'],
    [
      'no response type',
      { response_type: undefined },
      'unsupported_response_type',
      'Unsupported response type',
    ],
    ['no scope', { scope: undefined }, 'invalid_scope', 'Invalid, unknown or malformed scope'],
    ['an unknown scope', { scope: 'openid pets' }, 'invalid_scope', 'Invalid, unknown or malformed scope'],
    [
      'an unknown claim',
      { claims: claimsRequest('shoeSize') },
      'invalid_request',
      'Request contains invalid claims',
    ],
    ['no nonce', { nonce: undefined }, 'invalid_request', 'Request is missing nonce parameter'],
    [
      'an unknown PKCE method',
      { code_challenge: 'abc', code_challenge_method: 'plain' },
      'invalid_request',
      'Invalid value for code_challenge_method parameter.',
    ],
    [
      'a blank challenge',
      { code_challenge: ' ' },
      'invalid_request',
      'Invalid value for code_challenge parameter.',
    ],
    ['a wrong vtr', { vtr: ['Cl.P2'] }, 'invalid_request', 'Request vtr not valid'],
    ['a vtr that is an object', { vtr: {} }, 'invalid_request', 'Request vtr not valid'],
    ['a vtr that is not permitted', { vtr: ['Cl.Cm.P3'] }, 'invalid_request', 'Request vtr is not permitted'],
    ['languages in a list', { ui_locales: ['en'] }, 'invalid_request', 'ui_locales parameter is invalid'],
    [
      'a max_age that is not a number',
      { max_age: 'soon' },
      'invalid_request',
      'Max age could not be parsed to an integer',
    ],
    [
      'a max_age that is not a whole number',
      { max_age: 1.5 },
      'invalid_request',
      'Max age could not be parsed to an integer',
    ],
    ['a negative max_age', { max_age: -1 }, 'invalid_request', 'Max age is negative in request object'],
    [
      'a long login_hint',
      { login_hint: 'x'.repeat(257) },
      'invalid_request',
      'login_hint parameter is invalid',
    ],
    ['an unknown channel', { channel: 'pigeon' }, 'invalid_request', 'Invalid value for channel parameter.'],
    [
      'select_account',
      { prompt: 'select_account' },
      'unmet_authentication_requirements',
      'Unmet authentication requirements',
    ],
  ])('[SIM-2] [AUTHZ-12] rejects an object with %s', async (_title, claims, error, error_description) => {
    const op = await start()
    const callback = await new Browser().redirect(await requestObjectURL(op, claims))
    expect(paramsOf(callback)).toEqual({ error, error_description, state: 'a-state' })
  })

  it.each(['', 'authorize/', 'Authorize'])(
    '[SIM-2] [AUTHZ-12] rejects an object whose audience is the issuer and "%s"',
    async (path) => {
      const op = await start()
      const callback = await new Browser().redirect(
        await requestObjectURL(op, { aud: `${op.issuer}${path}` }),
      )
      expect(paramsOf(callback)).toEqual({
        error: 'access_denied',
        error_description: denied,
        state: 'a-state',
      })
    },
  )

  it('[SIM-2] redirects without a state if the object has none', async () => {
    const op = await start()
    const callback = await new Browser().redirect(await requestObjectURL(op, { state: undefined }))
    expect(paramsOf(callback)).toEqual({
      error: 'invalid_request',
      error_description: 'Request is missing state parameter',
    })
  })

  it('[SIM-2] checks the client ID before the audience, and the audience before the issuer', async () => {
    const op = await start()
    const browser = new Browser()
    const errorOf = async (claims: Record<string, unknown>) =>
      (await browser.redirect(await requestObjectURL(op, claims))).searchParams.get('error')
    expect(await errorOf({ client_id: 'another', aud: 'x', request: 'y' })).toBe('unauthorized_client')
    expect(await errorOf({ request: 'y', aud: 'x', iss: 'z' })).toBe('invalid_request')
    expect(await errorOf({ aud: 'x', iss: 'z' })).toBe('access_denied')
  })

  it('[SIM-2] checks the claims in the same order as One Login', async () => {
    const op = await start({ client: { pkceRequired: true } })
    const browser = new Browser()
    const steps: [claims: Record<string, unknown>, expected: string, params?: Record<string, string>][] = [
      [{ exp: now(op) - 60 }, '400 Invalid request'],
      [{ redirect_uri: 'http://127.0.0.1:3000/elsewhere' }, '400 Invalid request'],
      [{ response_mode: 'form_post' }, '400 Invalid request'],
      [{ state: undefined }, 'Request is missing state parameter'],
      [{}, 'Unsupported response type', { response_type: 'token' }],
      [{}, 'Invalid, unknown or malformed scope', { scope: 'openid pets' }],
      [{ client_id: 'another' }, 'Unauthorized client'],
      [{ request: 'abc' }, 'Invalid request'],
      [{ aud: 'another' }, denied],
      [{ iss: 'another' }, 'Unauthorized client'],
      [{ response_type: 'token' }, 'Unsupported response type'],
      [{ scope: 'openid pets' }, 'Invalid, unknown or malformed scope'],
      [{ claims: claimsRequest('shoeSize') }, 'Request contains invalid claims'],
      [{ nonce: undefined }, 'Request is missing nonce parameter'],
      [{ code_challenge: undefined }, 'Request is missing code_challenge parameter, but PKCE is enforced.'],
      [{ vtr: ['Cl.P2'] }, 'Request vtr not valid'],
      [{ ui_locales: ['en'] }, 'ui_locales parameter is invalid'],
      [{ max_age: -1 }, 'Max age is negative in request object'],
      [{ login_hint: 'x'.repeat(257) }, 'login_hint parameter is invalid'],
      [{ channel: 'pigeon' }, 'Invalid value for channel parameter.'],
    ]
    const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
    for (const [index, [, expected]] of steps.entries()) {
      const left = steps.slice(index)
      const claims = Object.assign({}, pkce, ...left.map(([claims]) => claims).toReversed()) as object
      const params = Object.assign({}, ...left.map(([, , params]) => params)) as Record<string, string>
      const response = await browser.get(await requestObjectURL(op, { ...claims }, params))
      const address = response.headers.get('location')
      const description = address && new URL(address).searchParams.get('error_description')
      expect(description ?? `${response.status} ${await response.text()}`).toBe(expected)
    }
  })

  it.each([
    ['claims as text', { claims: claimsRequest('coreIdentityJWT') }],
    ['claims as an object', { claims: JSON.parse(claimsRequest('coreIdentityJWT')) as object }],
    ['a vtr as a list', { vtr: ['Cl.Cm.P2'] }],
    ['a vtr as text', { vtr: '["Cl.Cm.P2"]' }],
    ['a max_age as text', { max_age: '60' }],
    ['a max_age of zero', { max_age: 0 }],
    ['Welsh', { ui_locales: 'cy' }],
    ['a channel', { channel: 'generic_app' }],
    ['a login_hint of 256 characters', { login_hint: 'x'.repeat(256) }],
    ['a list of audiences', { aud: ['https://a.example'] }],
  ])('[SIM-2] accepts %s', async (_title, claims) => {
    const op = await start()
    const aud = 'aud' in claims ? { aud: [...claims.aud, `${op.issuer}authorize`] } : {}
    const callback = await new Browser().redirect(await requestObjectURL(op, { ...claims, ...aud }))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })

  it.each([
    ['a redirect URI that is a list', { redirect_uri: ['http://127.0.0.1:3000/auth/callback'] }],
    ['claims that are not JSON', { claims: '{' }],
    ['an unknown prompt', { prompt: 'maybe' }],
    ['two prompts', { prompt: 'login consent' }],
  ])('[SIM-2] shows a 500 page for %s, as One Login does', async (_title, claims) => {
    const op = await start()
    const response = await new Browser().get(await requestObjectURL(op, claims))
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('Unexpected server error')
  })

  it.each(['deactivated', 'deprecated', 'rate-limited'] as const)(
    '[SIM-5] shows a 502 page and does not redirect if the service is %s',
    async (status) => {
      const op = await start({ client: { status } })
      for (const claims of [{}, { nonce: undefined }]) {
        const response = await new Browser().get(await requestObjectURL(op, claims))
        expect(response.status).toBe(502)
        expect(response.headers.get('location')).toBeNull()
        expect(await response.json()).toEqual({ message: 'Internal server error' })
      }
    },
  )

  it('[SIM-5] shows a 502 page and does not redirect if a fault deactivates the client, for that request only', async () => {
    const op = await start()
    op.breakNext('authorize', 'client-deactivated')
    const browser = new Browser()
    const response = await browser.get(await requestObjectURL(op))
    expect([response.status, response.headers.get('location')]).toEqual([502, null])
    expect(await response.json()).toEqual({ message: 'Internal server error' })
    expect(op.timesUsed('authorize', 'client-deactivated')).toBe(1)
    const callback = await browser.redirect(await requestObjectURL(op))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })

  it('[SIM-5] redirects to the redirect URI and state of the query, if the query has them', async () => {
    const op = await start({ client: { status: 'deactivated' } })
    const params = { redirect_uri: op.options.callbackURL, state: 'of-the-query' }
    const callback = await new Browser().redirect(await requestObjectURL(op, {}, params))
    expect(paramsOf(callback)).toEqual({
      error: 'unauthorized_client',
      error_description: 'client deactivated',
      state: 'of-the-query',
    })
  })

  it('[SIM-5] checks the signature first', async () => {
    const op = await start({ client: { status: 'deactivated' } })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const response = await new Browser().get(await requestObjectURL(op, {}, {}, {}, privateKey))
    expect([response.status, await response.text()]).toEqual([400, 'Trust chain validation failed'])
  })
})
