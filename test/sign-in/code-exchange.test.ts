import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { decodeJwt, importJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { signerFromPrivateKey } from '../../lib/options/private-key.ts'
import { createCodeExchange, type Tokens } from '../../lib/sign-in/code-exchange.ts'
import { createHttp, type Http } from '../../lib/provider/http.ts'
import type { OneLoginOptions } from '../../lib/options/one-login-options.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { parseSignInOptions } from '../../lib/options/sign-in-options.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { metadataOf } from '../support/provider-metadata.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { refusalOf } from '../support/refusal.ts'
import { createTokenIssuer, type Signing } from '../support/token-issuer.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const op = createTokenIssuer()
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signer = { ...signerFromPrivateKey(privateKey), kid: 'one-login-2026' }
const callbackURL = 'https://tax-your-dragon.service.gov.uk/auth/callback'
interface Exchange {
  readonly strategy?: Partial<OneLoginOptions>
  /** Instead of the tokens. */
  readonly response?: Responder
  readonly claims?: object
  readonly tokenType?: string
  /** Instead of the HTTP call. */
  readonly http?: Http
  readonly signing?: Signing
}

/** Starts a token endpoint, and exchanges the code `the-code` there. */
async function exchange({
  strategy = { signer },
  response,
  claims,
  tokenType = 'Bearer',
  http,
  signing,
}: Exchange = {}) {
  await using server = await startScriptedServer(() => undefined)
  const issuer = `${server.url}/`
  const metadata = metadataOf(issuer)
  const settings = parseStrategyOptions({
    environment: {
      issuer,
      didDocumentURL: `${issuer}did.json`,
      didController: 'did:web:localhost',
      coreIdentityIssuer: issuer,
      allowInsecureRequests: true,
    },
    clientId: 'tax-your-dragon',
    callbackURL,
    timeout: 1,
    ...strategy,
  })
  const transaction = createTransaction(parseSignInOptions({}, settings.signIn))
  const idToken = await op.sign(
    {
      iss: issuer,
      aud: 'tax-your-dragon',
      sub: 'a-user',
      iat: nowInSeconds(),
      exp: nowInSeconds() + 120,
      nonce: transaction.nonce,
      ...claims,
    },
    signing,
  )
  server.respondWith(
    response ??
      json({ access_token: 'the-access-token', token_type: tokenType, expires_in: 180, id_token: idToken }),
  )
  const exchangeCode = createCodeExchange(settings, http ?? createHttp(settings))
  const outcome: { tokens?: Tokens; error?: unknown } = await exchangeCode(
    metadata,
    'the-code',
    transaction,
  ).then(
    (tokens) => ({ tokens }),
    (error: unknown) => ({ error }),
  )
  const [request] = server.requests
  return {
    ...outcome,
    requests: server.requests,
    form: Object.fromEntries(new URLSearchParams(request?.body)),
    metadata,
    transaction,
    idToken,
  }
}

/** The error of an exchange, and the requests until then. */
async function refused(parts: Exchange) {
  const { requests, tokens, error } = await exchange(parts)
  return { requests, error: await refusalOf(tokens ? Promise.resolve() : Promise.reject(error)) }
}

describe('the token request', () => {
  it('[CB-10] repeats the redirect URI and sends the code and the verifier', async () => {
    const { requests, form, transaction } = await exchange()
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      },
    ])
    const { client_assertion: _, ...others } = form
    expect(others).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: callbackURL,
      code_verifier: transaction.codeVerifier,
      client_id: 'tax-your-dragon',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
  })

  it('[CB-8, KEY-3] is authenticated by an assertion for this endpoint, valid for 5 minutes', async () => {
    const before = nowInSeconds()
    const { form, metadata } = await exchange()
    const key = await importJWK(createPublicKey(privateKey).export({ format: 'jwk' }), 'RS256')
    const { payload, protectedHeader } = await jwtVerify(form.client_assertion ?? '', key)
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: 'one-login-2026' })
    const { iat = 0, exp = 0, jti, ...rest } = payload
    expect(rest).toStrictEqual({
      iss: 'tax-your-dragon',
      sub: 'tax-your-dragon',
      aud: metadata.token_endpoint,
    })
    expect(iat).toBeGreaterThanOrEqual(before)
    expect(iat).toBeLessThanOrEqual(nowInSeconds())
    expect(exp - iat).toBe(300)
    expect(jti).toMatch(/^[\da-f-]{36}$/)
  })

  it('[CB-8] has an assertion with its own jti', async () => {
    const jtis = [await exchange(), await exchange()].map(
      ({ form }) => decodeJwt(form.client_assertion ?? '').jti,
    )
    expect(jtis[0]).not.toBe(jtis[1])
  })

  it('[CB-9] sends the client secret in the body, if there is one', async () => {
    const { form, requests } = await exchange({ strategy: { clientSecret: 'the secret' } })
    expect(form).toMatchObject({ client_id: 'tax-your-dragon', client_secret: 'the secret' })
    expect(form).not.toHaveProperty('client_assertion')
    expect(requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it('[CB-10] returns the tokens', async () => {
    const { tokens, idToken } = await exchange()
    expect(tokens).toEqual({ idToken, accessToken: 'the-access-token' })
  })
})

describe('a token request that fails', () => {
  const html = { 'content-type': 'text/html' }
  const oauthError = (error: string, status = 400) =>
    json({ error, error_description: 'Sorry\n' }, {}, status)

  it.each<[string, Responder]>([
    ['an OAuth error', oauthError('invalid_grant')],
    ['status 500', text('', {}, 500)],
    ['status 502 with HTML', text('<html>', html, 502)],
    ['status 429', text('', { 'retry-after': '0' }, 429)],
    ['HTML', text('<html>', html)],
    ['half of its JSON', text('{"access_tok', { 'content-type': 'application/json' })],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    ['a hanging connection', () => undefined],
    ['a redirect', text('', { location: '/token' }, 307)],
  ])('[CB-10] is never made again: %s', async (_what, response) => {
    const { error, requests } = await refused({ response })
    expect(requests).toHaveLength(1)
    expect(error.message).not.toMatch(/the-code|html/)
  })

  it.each([
    ['invalid_client', /Check that the key or the secret is the one registered/],
    ['invalid_grant', /The code was used before, has expired/],
    ['unauthorized_client', /Check how this client is registered/],
    ['invalid_request', /\(invalid_request, status 400\)\. Run/],
  ])('[CB-11] reports %s, and says what to do', async (code, remedy) => {
    const { error } = await refused({ response: oauthError(code) })
    expect(error).toMatchObject({ code: 'token_refused', status: 502 })
    expect(error.message).toMatch(remedy)
    expect(error.providerError).toEqual({ error: code, description: 'Sorry?', status: 400 })
  })

  it('[CB-11] does not need a description', async () => {
    const { error } = await refused({ response: json({ error: 'invalid_grant' }, {}, 400) })
    expect(error.providerError).toStrictEqual({ error: 'invalid_grant', status: 400 })
  })

  it('[CONF-7] is never made over plain http', async () => {
    let calls = 0
    const http = () => Promise.reject(new Error(`call ${++calls}`))
    const settings = parseStrategyOptions({
      environment: 'integration',
      clientId: 'tax-your-dragon',
      callbackURL,
      signer,
    })
    const at = 'http://127.0.0.1:1/'
    const metadata = {
      issuer: at,
      authorization_endpoint: at,
      token_endpoint: at,
      userinfo_endpoint: at,
      jwks_uri: at,
    }
    const transaction = createTransaction(parseSignInOptions({}, settings.signIn))
    const error = await refusalOf(createCodeExchange(settings, http)(metadata, 'the-code', transaction))
    expect(error.code).toBe('provider_answer_invalid')
    expect(calls).toBe(0)
  })

  it.each<[string, Responder, number | undefined]>([
    ['status 500', text('', {}, 500), 500],
    ['status 502 with HTML', text('<html>', html, 502), 502],
    ['status 429', text('', {}, 429), 429],
    ['status 204', text('', {}, 204), 204],
    ['a redirect', text('', { location: '/' }, 302), 302],
    ['HTML', text('<html>', html), undefined],
    ['half of its JSON', text('{"access_tok', { 'content-type': 'application/json' }), undefined],
    ['no access token', json({ token_type: 'Bearer', id_token: 'a.b.c' }), undefined],
    ['no token type', json({ access_token: 'a', id_token: 'a.b.c' }), undefined],
    ['an empty response', json({}), undefined],
  ])('[CB-11] becomes a typed error: %s', async (_what, response, status) => {
    const { error } = await refused({ response })
    expect(error.code).toBe('provider_answer_invalid')
    expect(error.providerError?.status).toBe(status)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it.each<[string, Responder, string]>([
    ['HTML', text('<html>', html), 'its content type is not JSON'],
    ['half of its JSON', text('{"access_tok', { 'content-type': 'application/json' }), 'it is not JSON'],
    ['no access token', json({ token_type: 'Bearer', id_token: 'a.b.c' }), 'a member is missing or has the wrong type'], // prettier-ignore
    ...[null, 5, 'text', [], true].map(
      (body): [string, Responder, string] => [JSON.stringify(body), json(body), 'a member is missing or has the wrong type'], // prettier-ignore
    ),
  ])('[CB-11] says what is wrong with %s', async (_what, response, reason) => {
    const { error } = await refused({ response })
    expect(error.code).toBe('provider_answer_invalid')
    expect(error.message).toContain(`Invalid response from One Login's token endpoint: ${reason}. `)
  })

  it.each([200, 400])(
    '[CB-11] quotes no part of a response of status %i that is not JSON',
    async (status) => {
      const response = text('{"access_token": SECRET', { 'content-type': 'application/json' }, status)
      const { error } = await refused({ response })
      expect(error.code).toBe('provider_answer_invalid')
      expect(error.message).not.toContain('SECRET')
    },
  )

  it('[CB-11] quotes no text of a parser', async () => {
    const http = () => Promise.reject(new SyntaxError('Unexpected token S, "SECRET" is not valid JSON'))
    const { error } = await refused({ http })
    expect(error.code).toBe('provider_answer_invalid')
    expect(error.message).toContain("Invalid response from One Login's token endpoint: it is not JSON. ")
  })

  it('[CB-11] becomes a typed error: an exception of the HTTP call', async () => {
    const { error } = await refused({ http: () => Promise.reject(new TypeError('it is no function')) })
    expect(error).toMatchObject({ code: 'provider_answer_invalid', status: 502 })
    expect(error.message).toMatch(/it is no function/)
  })

  it('[CB-11] becomes a typed error: a response without an ID token', async () => {
    const response = json({ access_token: 'a', token_type: 'Bearer' })
    expect((await refused({ response })).error.code).toBe('provider_answer_invalid')
  })

  it('[CB-11] keeps the error of the HTTP call', async () => {
    expect((await refused({ response: () => undefined })).error.code).toBe('provider_timeout')
    const reset: Responder = (response) => response.socket?.resetAndDestroy()
    expect((await refused({ response: reset })).error.code).toBe('provider_unreachable')
  })

  it('[CB-11] is not made if the signer fails', async () => {
    const broken = { ...signer, sign: () => Promise.reject(new Error('throttled')) }
    const { error, requests } = await refused({ strategy: { signer: broken } })
    expect(error.code).toBe('signing_failed')
    expect(requests).toEqual([])
  })

  it.each([5, null, ['a.b.c'], { jwt: 'a.b.c' }])(
    '[CB-11] becomes a typed error: an ID token of %j',
    async (id_token) => {
      const response = json({ access_token: 'a', token_type: 'Bearer', id_token })
      expect((await refused({ response })).error.code).toBe('provider_answer_invalid')
    },
  )

  it.each([
    ['an ID token that is not a string', { id_token: 5 }, 'it has no ID token'],
    ['no ID token', {}, 'it has no ID token'],
    ['a bound access token', { id_token: 'a', token_type: 'DPoP' }, 'its access token is not a bearer token'],
    ['an unknown token type', { id_token: 'a', token_type: 'mac' }, 'its access token is not a bearer token'],
    ['no access token', { access_token: undefined }, 'a member is missing or has the wrong type'],
  ])('[CB-11] is reported in this package’s words: %s', async (_what, members, words) => {
    const response = json({ access_token: 'the-access-token', token_type: 'Bearer', ...members })
    const { error } = await refused({ response })
    expect(error.code).toBe('provider_answer_invalid')
    expect(error.message).toContain(`Invalid response from One Login's token endpoint: ${words}. `)
  })
})

describe('the token response', () => {
  it('[CB-11] is rejected if the access token is bound to a key', async () => {
    const { error } = await refused({ tokenType: 'DPoP' })
    expect(error).toMatchObject({ code: 'provider_answer_invalid', status: 502 })
  })

  it.each(['expires_in', 'scope', 'refresh_token'])('[CID-13] can have null for %s', async (member) => {
    const good = { access_token: 'a', token_type: 'Bearer', id_token: 'a.b.c' }
    expect((await exchange({ response: json({ ...good, [member]: null }) })).tokens).toBeDefined()
  })

  it('[IDT-1] has an ID token that is not checked here, so one place checks all of it', async () => {
    const claims = { iss: 'https://op.example/', aud: 'another', nonce: 'another', exp: 1, auth_time: null }
    const { tokens, idToken } = await exchange({ claims })
    expect(tokens).toEqual({ idToken, accessToken: 'the-access-token' })
  })
})

describe('a secret', () => {
  it('[CB-11] is in no error', async () => {
    const responses = [json({ error: 'invalid_client' }, {}, 400), text('<html>'), json({}), () => undefined]
    for (const response of responses) {
      const { error } = await refused({ strategy: { clientSecret: 'SECRET', timeout: 0.2 }, response })
      expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toMatch(/SECRET|the-code/)
    }
  })
})
