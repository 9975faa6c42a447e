import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { importJWK, jwtVerify, type JWTPayload } from 'jose'
import { describe, expect, it } from 'vitest'
import { buildAuthorizationURL } from '../../lib/sign-in/authorization-request.ts'
import { signerFromPrivateKey } from '../../lib/options/private-key.ts'
import type { Signer } from '../../lib/options/signer.ts'
import type { OneLoginOptions } from '../../lib/options/one-login-options.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { parseSignInOptions } from '../../lib/options/sign-in-options.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { expectRefused } from '../support/refusal.ts'
import { createTokenIssuer } from '../support/token-issuer.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const endpoint = 'https://oidc.integration.account.gov.uk/authorize'
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signer: Signer = { ...signerFromPrivateKey(privateKey), kid: 'one-login-2026' }
const op = createTokenIssuer()
const callbackURL = 'https://tax-your-dragon.service.gov.uk/auth/callback'

interface Request {
  readonly strategy?: Partial<OneLoginOptions>
  readonly options?: object
  readonly idToken?: string
  readonly endpoint?: string
}

/** Starts a sign-in of a service with these options and this request. */
async function start({ strategy, options = {}, idToken, endpoint: at = endpoint }: Request = {}) {
  const settings = parseStrategyOptions({
    environment: 'integration',
    clientId: 'tax-your-dragon',
    callbackURL,
    signer,
    ...strategy,
  })
  const signIn = parseSignInOptions(options, settings.signIn)
  const transaction = createTransaction(signIn)
  const url = new URL(await buildAuthorizationURL(at, settings, signIn, transaction, idToken))
  return { url, query: Object.fromEntries(url.searchParams), transaction }
}

/** The parameters of a plain request. */
async function plain(request: Request = {}) {
  return start({ ...request, strategy: { requestObject: false, ...request.strategy } })
}

/** The claims of a sign-in's request object, after its signature is verified. */
async function signed(request: Request = {}) {
  const started = await start(request)
  const key = await importJWK(createPublicKey(privateKey).export({ format: 'jwk' }), 'RS256')
  const { payload, protectedHeader } = await jwtVerify(started.query.request ?? '', key)
  return { ...started, object: payload as JWTPayload & Record<string, unknown>, header: protectedHeader }
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
describe('a plain request', () => {
  it('[AUTHZ-1, AUTHZ-2, AUTHZ-3, AUTHZ-4, AUTHZ-5, AUTHZ-15] has only what every sign-in needs', async () => {
    const { url, query, transaction } = await plain()
    expect(url.origin + url.pathname).toBe(endpoint)
    expect(query).toStrictEqual({
      response_type: 'code',
      scope: 'openid email',
      client_id: 'tax-your-dragon',
      redirect_uri: callbackURL,
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: challengeOf(transaction.codeVerifier),
      code_challenge_method: 'S256',
      vtr: '["Cl.Cm"]',
    })
  })

  it('[AUTHZ-1] requests the scopes of the service', async () => {
    const { query } = await plain({ strategy: { scope: ['openid', 'phone', 'wallet-subject-id'] } })
    expect(query.scope).toBe('openid phone wallet-subject-id')
  })

  it('[AUTHZ-2, AUTHZ-3, AUTHZ-4] is never the same twice', async () => {
    const [first, second] = [await plain(), await plain()]
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(first.query[name]).not.toBe(second.query[name])
  })

  it('[AUTHZ-4] never holds the verifier', async () => {
    const { url, transaction } = await plain()
    expect(url.href).not.toContain(transaction.codeVerifier)
  })

  it('[AUTHZ-5] holds the vectors as a JSON array of strings', async () => {
    const { query } = await plain({ options: { vtr: ['Cm.Cl.P1', 'Cl.Cm.P2'] } })
    expect(query.vtr).toBe('["Cl.Cm.P1","Cl.Cm.P2"]')
  })

  it('[AUTHZ-7] requests claims with null, and only with an identity', async () => {
    const { query } = await plain({ options: { vtr: ['Cl.Cm.P2'], claims: ['address', 'passport'] } })
    expect(JSON.parse(query.claims ?? '')).toStrictEqual({
      userinfo: {
        'https://vocab.account.gov.uk/v1/coreIdentityJWT': null,
        'https://vocab.account.gov.uk/v1/address': null,
        'https://vocab.account.gov.uk/v1/passport': null,
      },
    })
    expect((await plain({ options: { claims: ['address'] } })).query).not.toHaveProperty('claims')
  })

  it.each(['en', 'cy'])('[AUTHZ-8] holds the language: %s', async (uiLocales) => {
    expect((await plain({ options: { uiLocales } })).query.ui_locales).toBe(uiLocales)
  })

  it.each([0, 300])('[AUTHZ-9] holds the max_age: %i', async (maxAge) => {
    expect((await plain({ options: { maxAge } })).query.max_age).toBe(String(maxAge))
  })

  it.each(['web', 'generic_app'])('[AUTHZ-16] holds the channel: %s', async (channel) => {
    expect((await plain({ options: { channel } })).query.channel).toBe(channel)
  })

  it('[AUTHZ-1] keeps the query that the endpoint has', async () => {
    const { query } = await plain({ endpoint: `${endpoint}?a=b` })
    expect(query).toMatchObject({ a: 'b', response_type: 'code' })
  })

  it('[AUTHZ-1, AUTHZ-11] has each of its parameters once, whatever the query of the endpoint holds', async () => {
    for (const request of [plain, signed]) {
      const { url } = await request({ endpoint: `${endpoint}?client_id=other&client_id=another&scope=email` })
      const { searchParams } = url
      expect(searchParams.getAll('client_id')).toEqual(['tax-your-dragon'])
      expect(searchParams.getAll('scope')).toEqual(['openid email'])
    }
  })
})

describe('a request object', () => {
  it('[AUTHZ-11] is in a query of 4 parameters, 3 of which repeat its claims', async () => {
    const { query, object } = await signed({ options: { vtr: ['Cl.Cm.P2'], maxAge: 300, uiLocales: 'cy' } })
    const { request: _, ...others } = query
    expect(Object.keys(query).sort()).toEqual(['client_id', 'request', 'response_type', 'scope'])
    expect(object).toMatchObject(others)
    expect(others).toEqual({ response_type: 'code', scope: 'openid email', client_id: 'tax-your-dragon' })
  })

  it('[AUTHZ-12] has the claims that One Login checks, and no sub and no nbf', async () => {
    const before = nowInSeconds()
    const { object, transaction } = await signed({ options: { vtr: ['Cl.Cm.P2'] } })
    const { iat = 0, exp = 0, jti, claims, ...rest } = object
    expect(rest).toStrictEqual({
      aud: endpoint,
      iss: 'tax-your-dragon',
      client_id: 'tax-your-dragon',
      response_type: 'code',
      scope: 'openid email',
      redirect_uri: callbackURL,
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: challengeOf(transaction.codeVerifier),
      code_challenge_method: 'S256',
      vtr: ['Cl.Cm.P2'],
    })
    expect(iat).toBeGreaterThanOrEqual(before)
    expect(iat).toBeLessThanOrEqual(nowInSeconds())
    expect(exp - iat).toBe(300)
    expect(jti).toMatch(/^[\da-f-]{36}$/)
    expect(typeof claims).toBe('string')
    expect(JSON.parse(String(claims))).toStrictEqual({
      userinfo: {
        'https://vocab.account.gov.uk/v1/coreIdentityJWT': null,
        'https://vocab.account.gov.uk/v1/returnCode': null,
      },
    })
  })

  it('[AUTHZ-12] has its own jti', async () => {
    const [first, second] = [await signed(), await signed()]
    expect(first.object.jti).not.toBe(second.object.jti)
  })

  it('[KEY-3] names the key that signed it', async () => {
    expect((await signed()).header).toEqual({
      alg: 'RS256',
      kid: 'one-login-2026',
      typ: 'oauth-authz-req+jwt',
    })
  })

  it('[KEY-4] is signed with the first of several keys', async () => {
    const second = { ...signer, kid: 'second', sign: () => Promise.reject(new Error('not this one')) }
    expect((await signed({ strategy: { signer: [signer, second] } })).header.kid).toBe('one-login-2026')
  })

  it('[AUTHZ-8, AUTHZ-9, AUTHZ-16] has the other requested parameters', async () => {
    const options = { uiLocales: 'en', maxAge: 0, channel: 'generic_app', loginHint: 'a@b.example' } as const
    const { query, object } = await signed({ options })
    expect(object).toMatchObject({
      ui_locales: 'en',
      max_age: 0,
      channel: 'generic_app',
      login_hint: 'a@b.example',
    })
    expect(query).not.toHaveProperty('login_hint')
  })

  it('[AUTHZ-15] has nothing that was not requested', async () => {
    const { object } = await signed()
    for (const name of [
      'claims',
      'ui_locales',
      'max_age',
      'channel',
      'login_hint',
      'prompt',
      'id_token_hint',
      'response_mode',
    ])
      expect(object).not.toHaveProperty(name)
  })

  it('[AUTHZ-11] fails if the signer fails', async () => {
    const broken = { ...signer, sign: () => Promise.reject(new Error('throttled')) }
    await expectRefused(start({ strategy: { signer: broken } }), 'signing_failed', /failed to sign/)
  })
})

describe('a re-authentication', () => {
  it('[AUTHZ-13] sends prompt and the ID token in the request object', async () => {
    const idToken = await op.sign({ sub: 'a' })
    const { query, object } = await signed({ options: { prompt: 'login' }, idToken })
    expect(object).toMatchObject({ prompt: 'login', id_token_hint: idToken })
    expect(query).not.toHaveProperty('id_token_hint')
  })

  it('[AUTHZ-13] is not requested for an unknown user', async () => {
    await expectRefused(
      start({ options: { prompt: 'login' } }),
      'reauthentication_impossible',
      /no user is signed in/,
    )
  })

  it('[AUTHZ-13] is not requested with an ID token that One Login would not accept', async () => {
    const idToken = await op.sign({ sub: 'a' }, { alg: 'RS256' })
    await expectRefused(
      start({ options: { prompt: 'login' }, idToken }),
      'reauthentication_impossible',
      /signed with ES256/,
    )
  })

  it('[AUTHZ-13] sends no ID token in any other request', async () => {
    const { object } = await signed({ idToken: await op.sign({ sub: 'a' }) })
    expect(object).not.toHaveProperty('id_token_hint')
  })
})

describe('length', () => {
  const lengthOf = (url: URL) => url.search.length - 1

  /** A service whose callback URL makes the query of a plain request this long. */
  async function requestOfLength(length: number) {
    const { url } = await plain({ strategy: { callbackURL: `${callbackURL}/` } })
    return plain({ strategy: { callbackURL: `${callbackURL}/${'x'.repeat(length - lengthOf(url))}` } })
  }

  it('[AUTHZ-10] can be 4095 characters', async () => {
    expect(lengthOf((await requestOfLength(4095)).url)).toBe(4095)
  })

  it('[AUTHZ-10] cannot be 4096 characters: the request is rejected, with the reason', async () => {
    const error = await expectRefused(
      requestOfLength(4096),
      'request_too_long',
      /^The sign-in request has 4096 characters, and One Login accepts at most 4095\. Its longest parts are redirect_uri \(\d{4}\), (state|nonce|code_challenge) \(43\), (state|nonce|code_challenge) \(43\)\. Shorten them\.$/,
    )
    expect(error.message).not.toContain('xxx')
  })

  it('[AUTHZ-10] counts the whole query, with the request object', async () => {
    const long = { callbackURL: `${callbackURL}/${'x'.repeat(2200)}` }
    await expect(plain({ strategy: long })).resolves.toBeDefined()
    const error = await expectRefused(
      start({ strategy: long }),
      'request_too_long',
      /Its longest parts are redirect_uri/,
    )
    expect(Number(/(\d+) characters/.exec(error.message)?.[1])).toBeGreaterThan(4095)
  })
})
