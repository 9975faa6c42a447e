import { describe, expect, it } from 'vitest'
import { authorizationURL, Browser, callbackURL, claimsRequest, paramsOf, start } from './relying-party.ts'

const invalid = (error_description: string) => ({
  error: 'invalid_request',
  error_description,
  state: 'a-state',
})

describe('an authorization request in the query', () => {
  it('[SIM-1] [AUTHZ-1] comes back with a code and the state', async () => {
    const op = await start()
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(callback.href.startsWith(`${callbackURL}?code=`)).toBe(true)
    expect(paramsOf(callback)).toEqual({ code: expect.any(String) as string, state: 'a-state' })
  })

  it('[SIM-2] returns any state exactly as it was sent', async () => {
    const op = await start()
    const state = 'a b+c&d=e/é#%'
    const callback = await new Browser().redirect(authorizationURL(op, { state }))
    expect(callback.searchParams.get('state')).toBe(state)
  })

  it('[SIM-2] comes back in the fragment if response_mode is fragment', async () => {
    const op = await start()
    const callback = await new Browser().redirect(authorizationURL(op, { response_mode: 'fragment' }))
    expect(callback.search).toBe('')
    expect(callback.hash).toMatch(/^#code=.+&state=a-state$/)
  })

  it('[SIM-2] keeps the query of the registered redirect URI', async () => {
    const op = await start({ callbackURL: `${callbackURL}?service=dragons` })
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(paramsOf(callback)).toMatchObject({ service: 'dragons', state: 'a-state' })
  })

  it.each([
    ['no client id', { client_id: undefined }, 'Request is missing parameters'],
    ['no redirect URI', { redirect_uri: undefined }, 'Request is missing parameters'],
    ['an unknown client', { client_id: 'nobody' }, 'Invalid request'],
    ['an unregistered redirect URI', { redirect_uri: 'http://127.0.0.1:3000/elsewhere' }, 'Invalid request'],
    [
      'a redirect URI that only begins like a registered one',
      { redirect_uri: `${callbackURL}/x` },
      'Invalid request',
    ],
    ['an unknown response mode', { response_mode: 'form_post' }, 'Invalid request'],
  ])('[SIM-2] shows a plain 400 page for %s', async (_title, params, text) => {
    const op = await start()
    const response = await new Browser().get(authorizationURL(op, params))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(await response.text()).toBe(text)
  })

  it('[SIM-2] shows a plain 400 page for a request without a query', async () => {
    const op = await start()
    const response = await new Browser().get(`${op.issuer}authorize`)
    expect(response.status).toBe(400)
    expect(await response.text()).toBe('Request is missing parameters')
  })

  it.each([
    ['no response type', { response_type: undefined }],
    ['no scope', { scope: undefined }],
    ['a scope without openid', { scope: 'email' }],
    ['claims that are not JSON', { claims: '{' }],
    ['claims that are not an object', { claims: '[]' }],
    ['an unknown prompt', { prompt: 'maybe' }],
    ['prompt none together with another prompt', { prompt: 'none login' }],
    ['a max_age that is not a number', { max_age: 'soon' }],
    ['ui_locales that are not languages', { ui_locales: 'e!' }],
    ['a request object that is not a JWT', { request: 'abc' }],
    [
      'a request object and a request_uri',
      { request: 'eyJhbGciOiJub25lIn0.e30.', request_uri: 'https://a.example' },
    ],
  ])('[SIM-2] redirects with invalid_request and no details for %s', async (_title, params) => {
    const op = await start()
    const callback = await new Browser().redirect(authorizationURL(op, params))
    expect(paramsOf(callback)).toEqual(invalid('Invalid request'))
  })

  it('[SIM-2] [CB-2] redirects with invalid_request if a parameter is sent twice', async () => {
    const op = await start()
    const url = authorizationURL(op)
    url.searchParams.append('nonce', 'another')
    expect(paramsOf(await new Browser().redirect(url))).toEqual(invalid('Invalid request'))
  })

  it('[SIM-2] [AUTHZ-2] redirects with invalid_request and no state if the request has none', async () => {
    const op = await start()
    const callback = await new Browser().redirect(authorizationURL(op, { state: undefined }))
    expect(paramsOf(callback)).toEqual({
      error: 'invalid_request',
      error_description: 'Request is missing state parameter',
    })
  })

  it.each([
    [
      'a request_uri',
      { request_uri: 'https://a.example' },
      'request_uri_not_supported',
      'Request URI parameter not supported',
    ],
    [
      'another response type',
      { response_type: 'token' },
      'unsupported_response_type',
      'Unsupported response type',
    ],
    [
      'a further response type',
      { response_type: 'code id_token' },
      'unsupported_response_type',
      'Unsupported response type',
    ],
    ['an unknown scope', { scope: 'openid pets' }, 'invalid_scope', 'Invalid, unknown or malformed scope'],
    [
      'offline access',
      { scope: 'openid offline_access' },
      'invalid_scope',
      'Invalid, unknown or malformed scope',
    ],
    [
      'select_account',
      { prompt: 'select_account' },
      'unmet_authentication_requirements',
      'Unmet authentication requirements',
    ],
  ])('[SIM-2] [AUTHZ-1] rejects %s', async (_title, params, error, error_description) => {
    const op = await start()
    const callback = await new Browser().redirect(authorizationURL(op, params))
    expect(paramsOf(callback)).toEqual({ error, error_description, state: 'a-state' })
  })

  it.each([
    ['no nonce', { nonce: undefined }, 'Request is missing nonce parameter'],
    ['an unknown claim', { claims: claimsRequest('shoeSize') }, 'Request contains invalid claims'],
    [
      'an unknown PKCE method',
      { code_challenge: 'abc', code_challenge_method: 'plain' },
      'Invalid value for code_challenge_method parameter.',
    ],
    [
      'an unknown code challenge method',
      { code_challenge: 'abc', code_challenge_method: 's256' },
      'Invalid value for code_challenge_method parameter.',
    ],
    [
      'no PKCE method',
      { code_challenge: 'abc' },
      'Request is missing code_challenge_method parameter. code_challenge_method is required when code_challenge is present.',
    ],
    ['a negative max_age', { max_age: '-2' }, 'Max age is negative in query params'],
    ['an unknown channel', { channel: 'pigeon' }, 'Invalid value for channel parameter.'],
  ])(
    '[SIM-2] [AUTHZ-3] [AUTHZ-4] [AUTHZ-7] [AUTHZ-9] [AUTHZ-16] rejects %s',
    async (_title, params, description) => {
      const op = await start()
      const callback = await new Browser().redirect(authorizationURL(op, params))
      expect(paramsOf(callback)).toEqual(invalid(description))
    },
  )

  it.each([
    ['identity with one factor', '["Cl.P2"]'],
    ['identity alone', '["P2"]'],
    ['two levels of confidence', '["Cl.Cm.P2.P1"]'],
    ['an unknown level of confidence', '["Cl.Cm.P9"]'],
    ['an unknown credential trust level', '["Cx"]'],
    ['identity mixed with authentication', '["Cl.Cm.P2","Cl.Cm"]'],
    ['identity mixed with P0', '["Cl.Cm.P2","Cl.Cm.P0"]'],
    ['an empty list', '[]'],
    ['text instead of a list', '"Cl.Cm"'],
    ['text that is not JSON', 'Cl.Cm'],
    ['a list with a number in it', '[1]'],
  ])('[SIM-2] [AUTHZ-5] [AUTHZ-6] rejects a vtr with %s', async (_title, vtr) => {
    const op = await start({ client: { levels: ['P0', 'P1', 'P2', 'P3'] } })
    const callback = await new Browser().redirect(authorizationURL(op, { vtr }))
    expect(paramsOf(callback)).toEqual(invalid('Request vtr not valid'))
  })

  it.each([
    '["Cl"]',
    '["Cl.Cm"]',
    '["Cm.Cl"]',
    '["Cl.Cm.P0"]',
    '["P2.Cm.Cl"]',
    '["Cl.Cm","Cl"]',
    '["Cl.Cm.P1","Cl.Cm.P2"]',
    '["Cl.Cm.X1"]',
  ])('[SIM-2] [AUTHZ-5] accepts the vtr %s', async (vtr) => {
    const op = await start({ client: { levels: ['P0', 'P1', 'P2'] } })
    const callback = await new Browser().redirect(authorizationURL(op, { vtr }))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })

  it.each([
    ['a level that it is not registered for', {}, '["Cl.Cm.P1"]'],
    ['identity if it is not enabled', { identityEnabled: false }, '["Cl.Cm.P2"]'],
    ['identity with a client secret', { tokenAuthMethod: 'client_secret_post' as const }, '["Cl.Cm.P2"]'],
  ])('[SIM-2] [CB-9] does not permit a service to request %s', async (_title, client, vtr) => {
    const op = await start({ client })
    const callback = await new Browser().redirect(authorizationURL(op, { vtr }))
    expect(paramsOf(callback)).toEqual(invalid('Request vtr is not permitted'))
  })

  it('[SIM-2] rejects a scope and a claim that the service is not registered for', async () => {
    const op = await start({ client: { scopes: ['openid'], claims: ['coreIdentityJWT'] } })
    const browser = new Browser()
    const scope = await browser.redirect(authorizationURL(op))
    expect(scope.searchParams.get('error')).toBe('invalid_scope')
    const claims = await browser.redirect(
      authorizationURL(op, { scope: 'openid', claims: claimsRequest('passport') }),
    )
    expect(claims.searchParams.get('error_description')).toBe('Request contains invalid claims')
  })

  it('[SIM-2] [AUTHZ-4] rejects a request without PKCE from a service that must use it', async () => {
    const op = await start({ client: { pkceRequired: true } })
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(paramsOf(callback)).toEqual(
      invalid('Request is missing code_challenge parameter, but PKCE is enforced.'),
    )
  })

  it('[SIM-2] [AUTHZ-11] rejects a plain request from a service that must send request objects', async () => {
    const op = await start({ client: { requestObjectRequired: true } })
    const browser = new Browser()
    expect(paramsOf(await browser.redirect(authorizationURL(op)))).toEqual({
      error: 'access_denied',
      error_description: 'JAR required for client but request does not contain Request Object',
      state: 'a-state',
    })
    const elsewhere = await browser.get(
      authorizationURL(op, { redirect_uri: 'http://127.0.0.1:3000/elsewhere' }),
    )
    expect(await elsewhere.text()).toBe('Invalid request')
  })

  it.each(['deactivated', 'deprecated'] as const)(
    '[SIM-2] [CB-7] redirects with unauthorized_client if the service is %s, even if other parameters are wrong',
    async (status) => {
      const op = await start({ client: { status } })
      const expected = {
        error: 'unauthorized_client',
        error_description: `client ${status}`,
        state: 'a-state',
      }
      const browser = new Browser()
      expect(paramsOf(await browser.redirect(authorizationURL(op)))).toEqual(expected)
      expect(paramsOf(await browser.redirect(authorizationURL(op, { nonce: undefined })))).toEqual(expected)
    },
  )

  it('[SIM-5] [CB-6] redirects with temporarily_unavailable if the service is rate limited', async () => {
    const op = await start({ client: { status: 'rate-limited' } })
    expect(paramsOf(await new Browser().redirect(authorizationURL(op)))).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'The authorization server is temporarily unavailable',
      state: 'a-state',
    })
  })

  it('[SIM-2] checks the parameters in the same order as One Login', async () => {
    const op = await start({ client: { pkceRequired: true } })
    const browser = new Browser()
    const steps: [params: Record<string, string | undefined>, expected: string][] = [
      [{ redirect_uri: 'http://127.0.0.1:3000/elsewhere' }, '400 Invalid request'],
      [{ response_mode: 'form_post' }, '400 Invalid request'],
      [{ state: undefined }, 'Request is missing state parameter'],
      [{ request_uri: 'https://a.example' }, 'Request URI parameter not supported'],
      [{ response_type: 'token' }, 'Unsupported response type'],
      [{ scope: 'openid pets' }, 'Invalid, unknown or malformed scope'],
      [{ claims: claimsRequest('shoeSize') }, 'Request contains invalid claims'],
      [{ nonce: undefined }, 'Request is missing nonce parameter'],
      [{ code_challenge: undefined }, 'Request is missing code_challenge parameter, but PKCE is enforced.'],
      [{ vtr: '["Cl.P2"]' }, 'Request vtr not valid'],
      [{ max_age: '-2' }, 'Max age is negative in query params'],
      [{ channel: 'pigeon' }, 'Invalid value for channel parameter.'],
    ]
    const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
    for (const [index, [, expected]] of steps.entries()) {
      const params = Object.assign({}, pkce, ...steps.slice(index).map(([params]) => params)) as typeof pkce
      const response = await browser.get(authorizationURL(op, params))
      const address = response.headers.get('location')
      const description = address && new URL(address).searchParams.get('error_description')
      expect(description ?? `${response.status} ${await response.text()}`).toBe(expected)
    }
  })

  it('[SIM-2] checks the scope before the claims, and the claims before the nonce and the vtr', async () => {
    const op = await start()
    const browser = new Browser()
    const wrong = { claims: claimsRequest('shoeSize'), nonce: undefined, vtr: '[]' }
    const errorOf = async (params: Record<string, string | undefined>) =>
      (await browser.redirect(authorizationURL(op, params))).searchParams.get('error_description')
    expect(await errorOf({ ...wrong, scope: 'openid pets' })).toBe('Invalid, unknown or malformed scope')
    expect(await errorOf(wrong)).toBe('Request contains invalid claims')
    expect(await errorOf({ ...wrong, claims: undefined })).toBe('Request is missing nonce parameter')
    expect(await errorOf({ vtr: '[]' })).toBe('Request vtr not valid')
  })

  it('[SIM-2] ignores a login_hint and an id_token_hint in the query', async () => {
    const op = await start()
    const hints = { prompt: 'login', id_token_hint: 'nonsense', login_hint: 'x'.repeat(300) }
    const callback = await new Browser().redirect(authorizationURL(op, hints))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })

  it.each([
    ['channel', 'web'],
    ['channel', 'generic_app'],
    ['prompt', 'login consent'],
    ['prompt', 'none'],
    ['ui_locales', 'cy en'],
    ['max_age', '-1'],
    ['max_age', '0'],
    ['response_mode', 'query'],
  ])('[SIM-2] [AUTHZ-8] [AUTHZ-9] [AUTHZ-16] accepts %s=%s', async (name, value) => {
    const op = await start()
    const callback = await new Browser().redirect(authorizationURL(op, { [name]: value }))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })

  it('[SIM-2] accepts GET only', async () => {
    const op = await start()
    const response = await new Browser().post(authorizationURL(op), {})
    expect(response.status).toBe(404)
    expect(response.headers.get('location')).toBeNull()
  })
})
