import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimulator } from '../../lib/simulator/index.ts'
import {
  authorizationURL,
  Browser,
  callbackURL,
  claimsRequest,
  codeFor,
  exchange,
  identityRequest,
  paramsOf,
  requestObjectURL,
  start,
  tokensFor,
  userinfo,
  vocabulary,
} from './relying-party.ts'

type Values = Record<string, unknown>

let op: Simulator

beforeAll(async () => {
  op = await startSimulator({
    callbackURL,
    clients: [
      { levels: ['P0', 'P1', 'P2'], maxAgeEnabled: true },
      { clientId: 'no-identity', callbackURL, identityEnabled: false },
      { clientId: 'p2-only', callbackURL },
    ],
  })
})

beforeEach(() => op.respondWith({}))

afterAll(() => op.close())

/** The error, the page or `code` that a request ends in. */
async function outcomeOf(url: URL, browser = new Browser()): Promise<string> {
  const response = await browser.get(url)
  const address = response.headers.get('location')
  if (address === null) return `${response.status} ${await response.text()}`
  const { error_description, code } = paramsOf(new URL(address))
  return error_description ?? (code === undefined ? address : 'code')
}

const ofQuery = (params: Record<string, string | undefined>) => outcomeOf(authorizationURL(op, params))
const ofObject = async (claims: Values, params: Record<string, string | undefined> = {}) =>
  outcomeOf(await requestObjectURL(op, claims, params))

const malformed = 'Invalid request'
const failed = '500 Unexpected server error'

describe('a value of an authorization request', () => {
  it.each([
    ['max_age', '60s', malformed],
    ['max_age', 'x60', malformed],
    ['max_age', '6.5', malformed],
    ['max_age', '-', malformed],
    ['max_age', '60', 'code'],
    ['max_age', '-15', 'Max age is negative in query params'],
    ['ui_locales', 'e', malformed],
    ['ui_locales', 'en!', malformed],
    ['ui_locales', '!en', malformed],
    ['ui_locales', 'en-', malformed],
    ['ui_locales', 'en-!', malformed],
    ['ui_locales', 'en-abcdefghi', malformed],
    ['ui_locales', 'languages', malformed],
    ['ui_locales', 'cy  en', malformed],
    ['ui_locales', 'language', 'code'],
    ['ui_locales', 'en-GB', 'code'],
    ['ui_locales', 'zh-Hant-HK cy', 'code'],
    ['ui_locales', 'sl-1994', 'code'],
    ['ui_locales', 'de-abcdefgh', 'code'],
    ['prompt', 'login none', malformed],
    ['prompt', 'login maybe', malformed],
    ['prompt', 'consent', 'code'],
    ['prompt', 'create', 'code'],
    ['scope', ' openid  email ', 'code'],
    ['scope', 'openid-email', malformed],
    ['claims', '{"userinfo":[]}', 'code'],
    ['claims', '{"userinfo":null}', 'code'],
    ['claims', '{"id_token":{"email":null}}', 'code'],
    ['claims', 'null', malformed],
    ['code_challenge_method', 'plain', 'code'],
    ['state', ' ', 'Request is missing state parameter'],
    ['nonce', ' ', 'Request is missing nonce parameter'],
    ['response_type', ' ', malformed],
    ['channel', 'WEB', 'Invalid value for channel parameter.'],
    ['vtr', '["Cl.P0"]', 'code'],
    ['vtr', '["Cl.Cl"]', 'Request vtr not valid'],
    ['vtr', '["Cl.Cm",7]', 'Request vtr not valid'],
    ['vtr', '["Cl.Cm","Cx"]', 'Request vtr not valid'],
  ])('[SIM-2] in the query: %s=%j ends in: %s', async (name, value, outcome) => {
    expect(await ofQuery({ [name]: value })).toBe(outcome)
  })

  it.each([
    [{ max_age: '60s' }, 'Max age could not be parsed to an integer'],
    [{ max_age: 'x60' }, 'Max age could not be parsed to an integer'],
    [{ max_age: true }, 'Max age could not be parsed to an integer'],
    [{ max_age: '-60' }, 'Max age is negative in request object'],
    [{ max_age: null }, 'code'],
    [{ ui_locales: 'e!' }, 'ui_locales parameter is invalid'],
    [{ ui_locales: 7 }, 'ui_locales parameter is invalid'],
    [{ ui_locales: null }, 'code'],
    [{ claims: null }, 'code'],
    [{ claims: '[]' }, failed],
    [{ claims: 7 }, failed],
    [{ claims: [] }, failed],
    [{ vtr: null }, 'code'],
    [{ vtr: 'Cl.Cm' }, 'Request vtr not valid'],
    [{ vtr: 7 }, 'Request vtr not valid'],
    [{ login_hint: null }, 'code'],
    [{ login_hint: 7 }, failed],
    [{ state: 7 }, failed],
    [{ state: null }, 'Request is missing state parameter'],
    [{ nonce: 7 }, failed],
    [{ nonce: null }, 'Request is missing nonce parameter'],
    [{ channel: 7 }, failed],
    [{ prompt: 7 }, failed],
    [{ prompt: 'consent' }, 'code'],
    [{ id_token_hint: 7 }, failed],
    [{ response_mode: 7 }, failed],
    [{ code_challenge: 7 }, failed],
    [{ code_challenge: 'abc', code_challenge_method: 7 }, failed],
    [{ scope: 'email' }, failed],
    [{ scope: ['openid'] }, 'Invalid, unknown or malformed scope'],
    [{ request_uri: 'https://a.example' }, 'Invalid request'],
    [{ exp: 'yesterday' }, 'code'],
    [{ nbf: 'tomorrow' }, 'code'],
    [{ client_id: 7 }, 'Unauthorized client'],
    [{ response_type: ['code'] }, 'Unsupported response type'],
  ] as [Values, string][])('[SIM-2] in a request object: %j ends in: %s', async (claims, outcome) => {
    expect(await ofObject(claims)).toBe(outcome)
  })

  it.each([
    [{ scope: 'openid pets' }, 'Invalid, unknown or malformed scope'],
    [{ request_uri: 'https://a.example' }, '400 Request is missing parameters'],
    [{ max_age: 'soon' }, '400 Request is missing parameters'],
  ])('[SIM-2] in the query next to a request object: %j ends in: %s', async (params, outcome) => {
    expect(await ofObject({}, params)).toBe(outcome)
  })

  it('[SIM-2] [AUTHZ-5] is not permitted if only one of several levels is registered', async () => {
    const params = { client_id: 'p2-only' }
    expect(await ofQuery({ ...params, vtr: '["Cl.Cm.P1","Cl.Cm.P2"]' })).toBe('Request vtr is not permitted')
    expect(await ofQuery({ ...params, vtr: '["Cl.Cm.P2"]' })).toBe('code')
  })

  it('[SIM-2] [CB-9] is permitted without an identity if the service may not request identities', async () => {
    for (const vtr of ['["Cl.Cm"]', '["Cl.Cm.P0"]', undefined])
      expect(await ofQuery({ client_id: 'no-identity', vtr })).toBe('code')
  })
})

describe('the response mode of an authorization request', () => {
  it('[SIM-2] applies to errors as well', async () => {
    for (const wrong of [{ nonce: undefined }, { prompt: 'maybe' }]) {
      const url = authorizationURL(op, { response_mode: 'fragment', ...wrong })
      const callback = await new Browser().redirect(url)
      expect(callback.search).toBe('')
      expect(callback.hash).toMatch(/^#error=invalid_request&.+&state=a-state$/)
    }
  })

  it('[SIM-2] has no effect in a request object', async () => {
    const url = await requestObjectURL(op, { response_mode: 'fragment' })
    const callback = await new Browser().redirect(url)
    expect([callback.hash, Object.keys(paramsOf(callback))]).toEqual(['', ['code', 'state']])
  })

  it.each([
    ['fragment', /^#error=unauthorized_client&/],
    ['query', /^$/],
  ])('[SIM-5] is taken from the query for a deactivated client: %s', async (response_mode, hash) => {
    op.breakNext('authorize', 'client-deactivated')
    const params = { redirect_uri: callbackURL, response_mode }
    expect((await new Browser().redirect(await requestObjectURL(op, {}, params))).hash).toMatch(hash)
  })
})

describe('the effect of an authorization request', () => {
  const authTime = async (browser: Browser, max_age?: string) =>
    Number(decodeJwt((await tokensFor(op, { max_age }, browser)).idToken).auth_time)

  it('[SIM-2] [AUTHZ-9] is none for a max_age of -1', async () => {
    const browser = new Browser()
    const first = await authTime(browser)
    op.clock.advance(600)
    expect(await authTime(browser, '-1')).toBe(first)
  })

  it('[SIM-2] [AUTHZ-5] is the same for levels in any order', async () => {
    const { accessToken } = await tokensFor(op, { ...identityRequest, vtr: '["Cl.Cm.P2","Cl.Cm.P1"]' })
    const { body } = await userinfo(op, accessToken)
    expect(decodeJwt(String(body[`${vocabulary}coreIdentityJWT`])).vot).toBe('P2')
  })

  it.each([
    ['["Cl.Cm","Cl"]', 'Cl'],
    ['["Cl.Cm.P0","Cl"]', 'Cl'],
    ['["Cl","Cl.Cm.P0"]', 'Cl'],
    ['["Cl.P0","Cl.Cm"]', 'Cl'],
  ])('[SIM-2] [IDT-6] is the weakest credential trust level of %s: %s', async (vtr, vot) => {
    expect(decodeJwt((await tokensFor(op, { vtr })).idToken).vot).toBe(vot)
  })

  it('[SIM-2] [AUTHZ-13] is the vector of the request, even if the id_token_hint has another', async () => {
    const browser = new Browser()
    const { idToken } = await tokensFor(op, { vtr: '["Cl"]' }, browser)
    const claims = { prompt: 'login', id_token_hint: idToken, vtr: ['Cl.Cm'] }
    const callback = await browser.redirect(await requestObjectURL(op, claims))
    const { body } = await exchange(op, callback.searchParams.get('code') ?? '')
    expect(decodeJwt(String(body.id_token)).vot).toBe('Cl.Cm')
  })

  it('[SIM-2] [AUTHZ-13] ignores the id_token_hint of a request with another prompt', async () => {
    expect(await ofObject({ prompt: 'consent', id_token_hint: 'nonsense' })).toBe('code')
  })

  it('[SIM-2] [AUTHZ-4] is a code that needs the verifier of a challenge in a request object', async () => {
    const code_verifier = 'v'.repeat(43)
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const claims = { code_challenge, code_challenge_method: 'S256' }
    const statusWith = async (form: Record<string, string>) => {
      const callback = await new Browser().redirect(await requestObjectURL(op, claims))
      return (await exchange(op, callback.searchParams.get('code') ?? '', form)).status
    }
    expect([await statusWith({ code_verifier }), await statusWith({})]).toEqual([200, 400])
  })

  it('[SIM-1] [AUTHZ-8] is the login hint and the first language on the page', async () => {
    const interactive = await start({ interactive: true })
    const page = async (claims: Values) =>
      (await new Browser().get(await requestObjectURL(interactive, claims))).text()
    expect(await page({ login_hint: 'me@a.example' })).toContain('me@a.example')
    for (const ui_locales of ['cy en', 'CY', 'cy-GB'])
      expect(await page({ ui_locales })).toContain('<dd>Welsh</dd>')
    for (const ui_locales of ['en cy', 'en', 'xcy'])
      expect(await page({ ui_locales })).not.toContain('<dd>Welsh</dd>')
  })

  it('[SIM-2] [AUTHZ-7] is only the requested claims, also of a request object', async () => {
    const claims = { vtr: ['Cl.Cm.P2'], claims: claimsRequest('returnCode') }
    const callback = await new Browser().redirect(await requestObjectURL(op, claims))
    const { body } = await exchange(op, callback.searchParams.get('code') ?? '')
    const { body: user } = await userinfo(op, String(body.access_token))
    expect(Object.keys(user).filter((name) => name.startsWith(vocabulary))).toEqual([
      `${vocabulary}returnCode`,
    ])
  })
})

describe('the reason for a rejected request', () => {
  it.each([
    [{ response_type: undefined }, 'response_type is missing'],
    [{ scope: 'email' }, 'scope does not contain openid'],
    [{ prompt: 'none login' }, 'prompt is none together with another value'],
    [{ max_age: 'soon' }, 'max_age is not a number'],
    [{ ui_locales: 'e!' }, 'ui_locales is not a list of languages'],
    [{ claims: '[]' }, 'claims is not a JSON object'],
    [{ request: 'abc' }, 'request is not a JWT'],
    [{ response_mode: 'form_post' }, 'response_mode form_post is unknown'],
    [{ client_id: undefined }, 'client_id is missing'],
    [{ redirect_uri: undefined, prompt: 'maybe' }, 'prompt is unknown'],
    [{ state: undefined }, 'invalid_request: Request is missing state parameter'],
  ])('[SIM-3] is in the list of requests: %j: %s', async (params, problem) => {
    await ofQuery(params)
    expect(op.requests.at(-1)?.problem).toBe(problem)
  })

  it.each([
    [{ client_id: 'another' }, 'client_id is not the client_id in the query'],
    [{ request_uri: 'x' }, 'a request object cannot contain another'],
    [{ aud: 'x' }, /^aud is not http:.*\/authorize$/],
    [{ iss: 'x' }, 'iss is not the client ID'],
    [{ nbf: 9_999_999_999 }, 'the request object is not valid yet'],
    [{ login_hint: 7 }, 'login_hint is not a string'],
    [{ claims: '{' }, 'claims is not a JSON object'],
    [{ scope: 'email' }, 'scope of the request object does not contain openid'],
    [{ prompt: 'maybe' }, 'prompt is unknown'],
  ] as [Values, string | RegExp][])(
    '[SIM-3] is in the list of requests for a request object with %j: %s',
    async (claims, problem) => {
      await ofObject(claims)
      expect(op.requests.at(-1)?.problem).toEqual(
        typeof problem === 'string' ? problem : expect.stringMatching(problem),
      )
    },
  )

  it('[SIM-3] names a parameter that is repeated', async () => {
    const url = authorizationURL(op)
    url.searchParams.append('nonce', 'another')
    await new Browser().get(url)
    expect(op.requests.at(-1)?.problem).toBe('nonce is repeated')
  })

  it('[SIM-3] describes a second request, the subject of a request object and a code of another service', async () => {
    await ofObject({}, { request_uri: 'https://a.example', redirect_uri: callbackURL })
    expect(op.requests.at(-1)?.problem).toBe('request and request_uri are both set')
    await ofObject({ sub: 'simulator-client' }, { redirect_uri: callbackURL })
    expect(op.requests.at(-1)?.problem).toBe('sub of the request object is the client ID')
    await exchange(op, await codeFor(op, { client_id: 'p2-only' }))
    expect(op.requests.at(-1)?.problem).toBe('the code belongs to another service')
  })
})
