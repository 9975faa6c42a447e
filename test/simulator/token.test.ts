import { createHash, generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stopClock } from '../support/stopped-clock.ts'
import {
  assertion,
  Browser,
  codeFor,
  exchange,
  identityRequest,
  now,
  randomVerifier,
  start,
  tokensFor,
  vocabulary,
} from './relying-party.ts'

afterEach(() => vi.useRealTimers())

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

describe('the token response', () => {
  it('[SIM-1] has a signed JWT as the access token, as One Login does', async () => {
    stopClock()
    const op = await start()
    const { accessToken, idToken } = await tokensFor(op)
    const keys = createRemoteJWKSet(new URL(`${op.issuer}.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, { issuer: op.issuer })
    expect(protectedHeader.alg).toBe('ES256')
    expect(payload).toEqual({
      sub: decodeJwt(idToken).sub,
      iss: op.issuer,
      client_id: op.options.clientId,
      scope: ['openid', 'email'],
      sid: decodeJwt(idToken).sid,
      iat: now(op),
      exp: now(op) + 180,
      jti: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    })
    const other = decodeJwt((await tokensFor(op, identityRequest)).accessToken)
    const claims = ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode']
    expect(other.claims).toEqual(claims.map((name) => `${vocabulary}${name}`))
    expect(other.jti).not.toBe(payload.jti)
  })

  it('[SIM-1] [IDT-1] contains an access token and an ID token signed with a published key', async () => {
    const op = await start()
    const { status, headers, body } = await exchange(op, await codeFor(op))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 180 })

    const jwks = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet
    const { payload, protectedHeader } = await jwtVerify(String(body.id_token), createLocalJWKSet(jwks))
    expect(Number(payload.iat) - Number(payload.auth_time)).toBeLessThan(60)
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid'])
    expect(payload).toEqual({
      iss: op.issuer,
      aud: op.options.clientId,
      sub: expect.stringMatching(/^urn:fdc:gov.uk:2022:/) as string,
      iat: expect.any(Number) as number,
      exp: (payload.iat ?? 0) + 120,
      auth_time: expect.any(Number) as number,
      nonce: 'a-nonce',
      vot: 'Cl.Cm',
      vtm: `${op.issuer}trustmark`,
      sid: expect.any(String) as string,
      at_hash: createHash('sha256')
        .update(String(body.access_token))
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
    })
  })

  it.each([
    ['["Cl"]', 'Cl'],
    ['["Cl.Cm","Cl"]', 'Cl'],
    ['["Cl.Cm.P2"]', 'Cl.Cm'],
    [undefined, 'Cl.Cm'],
  ])(
    '[SIM-2] [IDT-6] has for the vtr %s the vot of the weakest vector, without a level of confidence',
    async (vtr, vot) => {
      const op = await start()
      const { idToken } = await tokensFor(op, { vtr })
      expect(decodeJwt(idToken).vot).toBe(vot)
    },
  )

  it('[SIM-1] [IDT-2] is signed with RS256 for a service that is registered for it', async () => {
    const op = await start({ client: { idTokenSigningAlg: 'RS256' } })
    const jwks = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet
    const { idToken } = await tokensFor(op)
    const { protectedHeader } = await jwtVerify(idToken, createLocalJWKSet(jwks))
    expect(protectedHeader.alg).toBe('RS256')
  })

  it('[SIM-2] has a different sid for every authorization request', async () => {
    const op = await start()
    const browser = new Browser()
    const sids = [await tokensFor(op, {}, browser), await tokensFor(op, {}, browser)].map(
      ({ idToken }) => decodeJwt(idToken).sid,
    )
    expect(sids[0]).not.toBe(sids[1])
  })
})

describe('a token request', () => {
  it.each([
    [
      'no grant type',
      { grant_type: undefined },
      'invalid_request',
      'Request is missing grant_type parameter',
    ],
    [
      'another grant type',
      { grant_type: 'refresh_token' },
      'unsupported_grant_type',
      'Unsupported grant type',
    ],
    [
      'no redirect URI',
      { redirect_uri: undefined },
      'invalid_request',
      'Request is missing redirect_uri parameter',
    ],
    ['no code', { code: undefined }, 'invalid_request', 'Request is missing code parameter'],
    ['an empty code', { code: '' }, 'invalid_request', 'Request is missing code parameter'],
    [
      'no client authentication',
      { client_assertion: undefined },
      'invalid_request',
      'Invalid token authentication method used',
    ],
    [
      'another assertion type',
      { client_assertion_type: 'jwt' },
      'invalid_request',
      'Invalid private_key_jwt',
    ],
    [
      'an assertion that is not a JWT',
      { client_assertion: 'abc' },
      'invalid_request',
      'Invalid private_key_jwt',
    ],
    [
      'another client id than the assertion',
      { client_id: 'another' },
      'invalid_request',
      'Invalid private_key_jwt',
    ],
    [
      'a secret instead of the assertion',
      { client_assertion: undefined, client_id: 'simulator-client', client_secret: 'x' },
      'invalid_client',
      'Client is not registered to use client_secret_post',
    ],
    [
      'a client id but no secret',
      { client_assertion: undefined, client_id: 'simulator-client' },
      'invalid_request',
      'Invalid token authentication method used',
    ],
    ['an unknown code', { code: 'abc' }, 'invalid_grant', 'Invalid grant'],
    [
      'another redirect URI',
      { redirect_uri: 'http://127.0.0.1:3000/elsewhere' },
      'invalid_grant',
      'Invalid grant',
    ],
    [
      'a verifier without a challenge',
      { code_verifier: randomVerifier() },
      'invalid_grant',
      'PKCE code verification failed',
    ],
  ])(
    '[SIM-2] [CB-11] with %s is rejected with status 400',
    async (_title, params, error, error_description) => {
      const op = await start()
      const { status, body } = await exchange(op, await codeFor(op), params)
      expect({ status, body }).toEqual({ status: 400, body: { error, error_description } })
    },
  )

  it('[SIM-2] with a repeated parameter is rejected', async () => {
    const op = await start()
    const body = new URLSearchParams([
      ['grant_type', 'authorization_code'],
      ['code', 'a'],
      ['code', 'b'],
    ])
    const response = await fetch(`${op.issuer}token`, { method: 'POST', body })
    expect(await response.json()).toEqual({ error: 'invalid_request', error_description: 'Invalid request' })
  })

  it('[SIM-2] with basic authentication is rejected', async () => {
    const op = await start()
    const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'a', redirect_uri: 'b' })
    const headers = { Authorization: `Basic ${btoa('simulator-client:secret')}` }
    const response = await fetch(`${op.issuer}token`, { method: 'POST', body, headers })
    expect(await response.json()).toMatchObject({
      error_description: 'Invalid token authentication method used',
    })
  })

  it.each([
    ['another issuer', { iss: 'another' }, 'invalid_client', 'Invalid signature in private_key_jwt'],
    ['no issuer', { iss: undefined }, 'invalid_request', 'Invalid private_key_jwt'],
    ['no subject', { sub: undefined }, 'invalid_request', 'Invalid private_key_jwt'],
    ['no expiry', { exp: undefined }, 'invalid_request', 'Invalid private_key_jwt'],
    ['no audience', { aud: undefined }, 'invalid_request', 'Invalid private_key_jwt'],
    [
      'an unknown client',
      { iss: 'another', sub: 'another' },
      'invalid_client',
      'Client authentication failed',
    ],
    ['an expiry long ago', { exp: 1 }, 'invalid_grant', 'private_key_jwt has expired'],
    [
      'another audience',
      { aud: 'https://issuer.example/token' },
      'invalid_client',
      'Invalid signature in private_key_jwt',
    ],
    [
      'a start time in the future',
      { nbf: 9_999_999_999 },
      'invalid_client',
      'Invalid signature in private_key_jwt',
    ],
  ])(
    '[SIM-2] [CB-8] is rejected if its assertion has %s',
    async (_title, claims, error, error_description) => {
      const op = await start()
      const { status, body } = await exchange(op, 'a-code', { client_assertion: await assertion(op, claims) })
      expect({ status, body }).toEqual({ status: 400, body: { error, error_description } })
    },
  )

  it('[SIM-2] [CB-8] can have the token endpoint or the issuer, with its slash, as the audience', async () => {
    const op = await start()
    const responses = []
    for (const aud of [
      op.issuer,
      [op.issuer, 'https://a.example'],
      op.issuer.slice(0, -1),
      `${op.issuer}authorize`,
    ]) {
      responses.push(
        await exchange(op, await codeFor(op), { client_assertion: await assertion(op, { aud }) }),
      )
    }
    expect(responses.map((response) => response.status)).toEqual([200, 200, 400, 400])
  })

  it('[SIM-2] [CB-8] can have expired by up to 30 seconds', async () => {
    const op = await start()
    const client_assertion = await assertion(op, { exp: now(op) - 25 })
    expect((await exchange(op, await codeFor(op), { client_assertion })).status).toBe(200)
  })

  it('[SIM-2] [KEY-1] is rejected if another key signed the assertion', async () => {
    const op = await start()
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    for (const client_assertion of [
      await assertion(op, {}, {}, rsa),
      await assertion(op, {}, { alg: 'ES256' }, ec),
    ]) {
      const { body } = await exchange(op, 'a-code', { client_assertion })
      expect(body).toEqual({
        error: 'invalid_client',
        error_description: 'Invalid signature in private_key_jwt',
      })
    }
  })

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    '[SIM-2] [KEY-5] can have an assertion signed with %s',
    async (alg) => {
      const op = await start()
      const client_assertion = await assertion(op, {}, { alg })
      expect((await exchange(op, await codeFor(op), { client_assertion })).status).toBe(200)
    },
  )

  it('[SIM-2] is checked in the same order as by One Login', async () => {
    const op = await start()
    const verifier = 'v'.repeat(43)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const steps: [form: Record<string, string | undefined>, description: string][] = [
      [{ grant_type: undefined }, 'Request is missing grant_type parameter'],
      [{ redirect_uri: undefined }, 'Request is missing redirect_uri parameter'],
      [{ code: undefined }, 'Request is missing code parameter'],
      [{ client_assertion: 'abc' }, 'Invalid private_key_jwt'],
      [{ code: 'another-code' }, 'Invalid grant'],
      [{ redirect_uri: 'http://127.0.0.1:3000/elsewhere' }, 'Invalid grant'],
      [{ code_verifier: 'w'.repeat(43) }, 'PKCE code verification failed'],
    ]
    for (const [index, [, description]] of steps.entries()) {
      const code = await codeFor(op, { code_challenge: challenge, code_challenge_method: 'S256' })
      const left = steps.slice(index).map(([form]) => form)
      const form = Object.assign({ code_verifier: verifier }, ...left.toReversed()) as Record<string, string>
      const { status, body } = await exchange(op, code, form)
      expect([status, body.error_description]).toEqual([400, description])
    }
  })

  it('[SIM-2] checks the client before the code', async () => {
    const op = await start()
    const client_assertion = await assertion(op, { exp: 1 })
    const { body } = await exchange(op, 'no-such-code', { client_assertion })
    expect(body.error_description).toBe('private_key_jwt has expired')
    const code = await codeFor(op)
    expect((await exchange(op, code, { client_assertion })).status).toBe(400)
    expect((await exchange(op, code)).status).toBe(200)
  })

  it('[SIM-2] [CB-10] can use a code once', async () => {
    const op = await start()
    const code = await codeFor(op)
    expect((await exchange(op, code)).status).toBe(200)
    expect((await exchange(op, code)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('[SIM-2] [CB-10] uses up the code even if a later check fails', async () => {
    const op = await start()
    const code = await codeFor(op)
    expect((await exchange(op, code, { redirect_uri: 'http://127.0.0.1:3000/elsewhere' })).status).toBe(400)
    expect((await exchange(op, code)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('[SIM-2] cannot use a code of another service', async () => {
    const op = await start({ clients: [{}, { callbackURL: 'http://127.0.0.1:3001/callback' }] })
    const other = op.optionsFor('simulator-client-2')
    const code = await codeFor(op, { client_id: other.clientId, redirect_uri: other.callbackURL })
    expect((await exchange(op, code, { redirect_uri: other.callbackURL })).body.error).toBe('invalid_grant')
  })

  it('[SIM-2] [AUTHZ-4] needs the verifier that matches the challenge', async () => {
    const op = await start()
    const verifier = randomVerifier()
    const params = { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' }
    const statuses = []
    for (const code_verifier of [verifier, randomVerifier(), undefined, 'short']) {
      statuses.push((await exchange(op, await codeFor(op, params), { code_verifier })).status)
    }
    expect(statuses).toEqual([200, 400, 400, 400])
  })

  it('[SIM-2] [AUTHZ-4] needs a verifier of at least 43 characters, even if it matches the challenge', async () => {
    const op = await start()
    const code_verifier = 'too-short'
    const params = { code_challenge: challengeOf(code_verifier), code_challenge_method: 'S256' }
    const { body } = await exchange(op, await codeFor(op, params), { code_verifier })
    expect(body.error_description).toBe('PKCE code verification failed')
  })

  it('[SIM-2] [CB-9] authenticates with the client secret if the service is registered for it', async () => {
    const op = await start({ client: { tokenAuthMethod: 'client_secret_post' } })
    const { clientId: client_id, clientSecret: client_secret } = op.secretOptions
    const none = { client_assertion: undefined, client_assertion_type: undefined }
    const ask = async (params: Record<string, string>) =>
      (await exchange(op, await codeFor(op), { ...none, ...params })).body.error_description
    expect(await ask({ client_id, client_secret })).toBeUndefined()
    expect(await ask({ client_id, client_secret: 'wrong' })).toBe('Invalid client secret')
    expect(await ask({ client_id: 'another', client_secret })).toBe('Client authentication failed')
    const { body } = await exchange(op, await codeFor(op))
    expect(body.error_description).toBe('Client is not registered to use private_key_jwt')
  })
})

describe('access tokens', () => {
  it.each(['ES256', 'RS256'] as const)(
    "[SIM-2] are signed with the algorithm of the client's ID tokens, %s, and verify with the JWKS",
    async (idTokenSigningAlg) => {
      const op = await start({ client: { idTokenSigningAlg } })
      const { body } = await exchange(op, await codeFor(op))
      const keys = createRemoteJWKSet(new URL(`${op.issuer}.well-known/jwks.json`), {
        headers: { 'user-agent': 'test/1' },
      })
      const { protectedHeader, payload } = await jwtVerify(String(body.access_token), keys)
      expect(protectedHeader.alg).toBe(idTokenSigningAlg)
      expect(payload).toMatchObject({ iss: op.issuer, client_id: op.options.clientId })
    },
  )
})
