import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { json, startScriptedServer } from '../support/scripted-server.ts'
import { startSimulatorCommand, type RunningSimulator } from './command-run.ts'
import {
  assertion,
  codeFor,
  outcomeOf,
  sendAuthorize,
  sendRequestObject,
  sendToken,
  sendUserinfo,
  tokensFor,
} from './official-requests.ts'

// One request of each kind that the official simulator's own integration tests send, with the outcome that they
// expect. What differs on purpose is in official-differences.test.ts.

const vocabulary = 'https://vocab.account.gov.uk/v1/'
const claims = (...names: string[]) =>
  JSON.stringify({ userinfo: Object.fromEntries(names.map((name) => [`${vocabulary}${name}`, null])) })
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

type Send = (simulator: RunningSimulator) => Promise<Response>
type Kind = readonly [kind: string, outcome: string, send: Send]

async function expectOutcome(outcome: string, send: Send, simulator: RunningSimulator): Promise<void> {
  expect(await outcomeOf(await send(simulator))).toBe(outcome)
}

describe('authorization requests in the query', () => {
  const query =
    (parameters: Readonly<Record<string, string | undefined>>): Send =>
    (simulator) =>
      sendAuthorize(simulator, parameters)
  it.each<Kind>([
    ['no parameters', '400 Request is missing parameters', ({ url }) => fetch(`${url}authorize`)],
    ['no client_id', '400 Request is missing parameters', query({ client_id: undefined })],
    ['no redirect_uri', '400 Request is missing parameters', query({ redirect_uri: undefined })],
    ['an unknown redirect_uri', '400 Invalid request', query({ redirect_uri: 'http://a.example/' })],
    ['an unknown client_id', '400 Invalid request', query({ client_id: 'nobody' })],
    ['an unknown response_mode', '400 Invalid request', query({ response_mode: 'form_post' })],
    ['no scope', '302 invalid_request', query({ scope: undefined })],
    ['a scope without openid', '302 invalid_request', query({ scope: 'email' })],
    ['claims that are not JSON', '302 invalid_request', query({ claims: '{' })],
    ['an unknown prompt', '302 invalid_request', query({ prompt: 'perhaps' })],
    ['no state', '302 invalid_request', query({ state: undefined })],
    ['a request_uri', '302 request_uri_not_supported', query({ request_uri: 'https://a.example/' })],
    ['a response_type that is not code', '302 unsupported_response_type', query({ response_type: 'token' })],
    ['an unknown scope', '302 invalid_scope', query({ scope: 'openid am' })],
    ['an unknown claim', '302 invalid_request', query({ claims: claims('nationality') })],
    ['a claim that is not registered', '302 invalid_request', query({ claims: claims('passport') })],
    ['no nonce', '302 invalid_request', query({ nonce: undefined })],
    ['a vtr that is not JSON', '302 invalid_request', query({ vtr: '[]]' })],
    ['an unknown vector', '302 invalid_request', query({ vtr: '["Ch"]' })],
    ['an identity without two factors', '302 invalid_request', query({ vtr: '["Cl.P2"]' })],
    ['an identity or none', '302 invalid_request', query({ vtr: '["Cl.Cm.P2","Cl.Cm"]' })],
    ['prompt=select_account', '302 unmet_authentication_requirements', query({ prompt: 'select_account' })],
    ['the least', '302 code', query({})],
    [
      'claims, a prompt and a vector',
      '302 code',
      query({ claims: claims('address'), prompt: 'login', vtr: '["Cl.Cm.P2"]' }),
    ],
    ['a login_hint', '302 code', query({ login_hint: 'a@b.example' })],
  ])('[SIM-4] have the outcome of the official simulator: %s', async (_kind, outcome, send) => {
    await expectOutcome(outcome, send, await startSimulatorCommand())
  })

  it('[SIM-4] rejects a scope that is not registered', async () => {
    await expectOutcome(
      '302 invalid_scope',
      query({}),
      await startSimulatorCommand({ SCOPES: 'openid,email' }),
    )
  })

  it.each([
    [{ code_challenge: 'x', code_challenge_method: 'plain' }, '302 invalid_request'],
    [{ code_challenge: '', code_challenge_method: 'S256' }, '302 invalid_request'],
    [
      { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      '302 code',
    ],
  ])('[SIM-4] checks PKCE when PKCE_ENABLED is set: %j', async (parameters, outcome) => {
    const simulator = await startSimulatorCommand({ PKCE_ENABLED: 'true' })
    await expectOutcome(outcome, query(parameters), simulator)
    await expectOutcome(outcome, (started) => sendRequestObject(started, parameters), simulator)
  })
})

describe('authorization requests in a request object', () => {
  const object =
    (members: Readonly<Record<string, unknown>>): Send =>
    (simulator) =>
      sendRequestObject(simulator, members)
  const queryOf =
    (parameters: Readonly<Record<string, string>>): Send =>
    (simulator) =>
      sendRequestObject(simulator, {}, {}, parameters)
  it.each<Kind>([
    ['an unknown client_id', '400 Invalid request', queryOf({ client_id: 'nobody' })],
    [
      'the signature of another key',
      '400 Trust chain validation failed',
      (simulator) => sendRequestObject(simulator, {}, { key: otherKey }),
    ],
    ['an unknown redirect_uri', '400 Invalid request', object({ redirect_uri: 'http://a.example/' })],
    ['an unknown response_mode', '400 Invalid request', object({ response_mode: 'form_post' })],
    ['no state', '302 invalid_request', object({ state: undefined })],
    [
      'another response_type in the query',
      '302 unsupported_response_type',
      queryOf({ response_type: 'token' }),
    ],
    ['an unknown scope in the query', '302 invalid_scope', queryOf({ scope: 'openid am' })],
    ['no client_id in the object', '302 unauthorized_client', object({ client_id: undefined })],
    ['another client_id in the object', '302 unauthorized_client', object({ client_id: 'another' })],
    ['an object in the object', '302 invalid_request', object({ request: 'a.b.c' })],
    ['a request_uri in the object', '302 invalid_request', object({ request_uri: 'https://a.example/' })],
    ['no aud', '302 access_denied', object({ aud: undefined })],
    ['the aud of another provider', '302 access_denied', object({ aud: 'https://a.example/authorize' })],
    ['no iss', '302 unauthorized_client', object({ iss: undefined })],
    ['the iss of another client', '302 unauthorized_client', object({ iss: 'another' })],
    [
      'another response_type in the object',
      '302 unsupported_response_type',
      object({ response_type: 'token' }),
    ],
    ['an unknown scope in the object', '302 invalid_scope', object({ scope: 'openid am' })],
    ['a list as claims', '500 Unexpected server error', object({ claims: '[' })],
    ['an unknown claim', '302 invalid_request', object({ claims: claims('nationality') })],
    ['a claim that is not registered', '302 invalid_request', object({ claims: claims('passport') })],
    ['no nonce', '302 invalid_request', object({ nonce: undefined })],
    ['an identity without two factors', '302 invalid_request', object({ vtr: '["Cl.P2"]' })],
    ['a negative max_age', '302 invalid_request', object({ max_age: -5 })],
    ['a max_age that is not a number', '302 invalid_request', object({ max_age: 'soon' })],
    ['a login_hint that is too long', '302 invalid_request', object({ login_hint: 'x'.repeat(257) })],
    ['an unknown channel', '302 invalid_request', object({ channel: 'radio' })],
    ['prompt=select_account', '302 unmet_authentication_requirements', object({ prompt: 'select_account' })],
    ['a scope without openid', '500 Unexpected server error', object({ scope: 'email' })],
    ['the least', '302 code', object({})],
    [
      'all parameters',
      '302 code',
      object({
        claims: claims('coreIdentityJWT'),
        vtr: ['Cl.Cm.P2'],
        max_age: 123,
        prompt: 'login',
        ui_locales: 'en',
        login_hint: 'a@b.example',
        channel: 'web',
      }),
    ],
  ])('[SIM-4] have the outcome of the official simulator: %s', async (_kind, outcome, send) => {
    await expectOutcome(outcome, send, await startSimulatorCommand())
  })

  it('[SIM-4] are verified with the key of the JWKS, and fail while there is none', async () => {
    await using published = await startScriptedServer(json({ keys: [] }))
    const send: Send = (simulator) => sendRequestObject(simulator, {}, { header: { kid: 'a-kid' } })
    const simulator = await startSimulatorCommand({ PUBLIC_KEY_SOURCE: 'JWKS' })
    const running = { ...simulator, variables: (await startSimulatorCommand()).variables }
    await expectOutcome('500 Unexpected server error', send, running)
    await simulator.configure({ clientConfiguration: { jwksUrl: published.url } })
    await expectOutcome('500 Unexpected server error', send, running)
    await expectOutcome('500 Unexpected server error', (started) => sendRequestObject(started), running)
  })
})

describe('token requests', () => {
  const token =
    (fields: Readonly<Record<string, string | undefined>>): Send =>
    (simulator) =>
      sendToken(simulator, fields)
  const signed =
    (members: Readonly<Record<string, unknown>>, signing = {}): Send =>
    async (simulator) =>
      sendToken(simulator, { client_assertion: await assertion(simulator, members, signing) })
  it.each<Kind>([
    ['no grant_type', '400 invalid_request', token({ grant_type: undefined })],
    ['another grant_type', '400 unsupported_grant_type', token({ grant_type: 'password' })],
    ['no redirect_uri', '400 invalid_request', token({ redirect_uri: undefined })],
    ['no code', '400 invalid_request', token({ code: undefined })],
    ['no client_assertion_type', '400 invalid_request', token({ client_assertion_type: undefined })],
    ['no client_assertion', '400 invalid_request', token({ client_assertion: undefined })],
    ['another client_assertion_type', '400 invalid_request', token({ client_assertion_type: 'jwt' })],
    ['an assertion without iss', '400 invalid_request', signed({ iss: undefined })],
    ['an assertion without sub', '400 invalid_request', signed({ sub: undefined })],
    ['an assertion that has expired', '400 invalid_grant', signed({ exp: 1 })],
    ['an assertion of another key', '400 invalid_client', signed({}, { key: otherKey })],
    ['an assertion for another audience', '400 invalid_client', signed({ aud: 'https://a.example/' })],
    ['an unknown code', '400 invalid_grant', token({})],
    [
      'a secret of a service with a key',
      '400 invalid_client',
      (simulator) =>
        sendToken(simulator, {
          client_assertion: undefined,
          client_assertion_type: undefined,
          client_id: simulator.variables.ONE_LOGIN_CLIENT_ID,
          client_secret: 'a-secret',
        }),
    ],
    [
      'another redirect_uri',
      '400 invalid_grant',
      async (simulator) =>
        sendToken(simulator, { code: await codeFor(simulator), redirect_uri: 'http://a.example/' }),
    ],
    ['all parameters', '200', async (simulator) => sendToken(simulator, { code: await codeFor(simulator) })],
    [
      'the issuer as the audience',
      '200',
      async (simulator) =>
        sendToken(simulator, {
          code: await codeFor(simulator),
          client_assertion: await assertion(simulator, { aud: simulator.url }),
        }),
    ],
  ])('[SIM-4] have the outcome of the official simulator: %s', async (_kind, outcome, send) => {
    await expectOutcome(outcome, send, await startSimulatorCommand())
  })

  it.each([
    [{ client_secret: 'the-secret' }, '200'],
    [{ client_secret: 'another' }, '400 invalid_client'],
    [{ client_secret: undefined }, '400 invalid_request'],
    [{ client_secret: 'the-secret', client_id: undefined }, '400 invalid_request'],
  ])('[SIM-4] of a service with a secret: %j', async (fields, outcome) => {
    const simulator = await startSimulatorCommand({
      TOKEN_AUTH_METHOD: 'client_secret_post',
      CLIENT_SECRET: 'the-secret',
      IDENTITY_VERIFICATION_SUPPORTED: 'false',
    })
    const send: Send = async () =>
      sendToken(simulator, {
        code: await codeFor(simulator),
        client_assertion: undefined,
        client_assertion_type: undefined,
        client_id: simulator.variables.ONE_LOGIN_CLIENT_ID,
        ...fields,
      })
    await expectOutcome(outcome, send, simulator)
  })

  it.each([
    ['dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', '200'],
    ['another-verifier-that-is-long-enough-to-be-one', '400 invalid_grant'],
    [undefined, '400 invalid_grant'],
  ])('[SIM-4] with PKCE and the verifier %s', async (code_verifier, outcome) => {
    const simulator = await startSimulatorCommand({ PKCE_ENABLED: 'true' })
    const code = await codeFor(simulator, {
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    await expectOutcome(outcome, token({ code, code_verifier }), simulator)
  })
})

describe('userinfo requests', () => {
  it.each<Kind>([
    ['no token', '401', ({ url }) => fetch(`${url}userinfo`)],
    ['an unknown token', '401 invalid_token', (simulator) => sendUserinfo(simulator, 'x')],
    [
      'a token without Bearer',
      '401 invalid_token',
      async (simulator) => {
        const { access_token } = await tokensFor(simulator)
        return fetch(`${simulator.url}userinfo`, { headers: { authorization: access_token } })
      },
    ],
    [
      'a scope that was withdrawn',
      '401 invalid_scope',
      async (simulator) => {
        const { access_token } = await tokensFor(simulator)
        await simulator.configure({ clientConfiguration: { scopes: ['openid', 'email'] } })
        return sendUserinfo(simulator, access_token)
      },
    ],
    [
      'a service that was renamed',
      '401 invalid_token',
      async (simulator) => {
        const { access_token } = await tokensFor(simulator)
        await simulator.configure({ clientConfiguration: { clientId: 'another' } })
        return sendUserinfo(simulator, access_token)
      },
    ],
    [
      'the token of a sign-in',
      '200',
      async (simulator) => sendUserinfo(simulator, (await tokensFor(simulator)).access_token),
    ],
  ])('[SIM-4] have the outcome of the official simulator: %s', async (_kind, outcome, send) => {
    await expectOutcome(outcome, send, await startSimulatorCommand())
  })

  it('[SIM-4] give no identity once identity verification is no longer supported', async () => {
    const simulator = await startSimulatorCommand()
    const { access_token } = await tokensFor(simulator, { claims: claims('address'), vtr: '["Cl.Cm.P2"]' })
    const before = (await (await sendUserinfo(simulator, access_token)).json()) as object
    expect(before).toHaveProperty([`${vocabulary}address`])
    await simulator.configure({ clientConfiguration: { identityVerificationSupported: false } })
    const after = (await (await sendUserinfo(simulator, access_token)).json()) as object
    expect(after).not.toHaveProperty([`${vocabulary}address`])
  })
})

describe('documents', () => {
  it('[SIM-4] have the members of the official simulator’s', async () => {
    const { url } = await startSimulatorCommand()
    const get = async (path: string) => (await (await fetch(`${url}${path}`)).json()) as object
    expect(await get('.well-known/openid-configuration')).toMatchObject({
      op_policy_uri: 'https://signin.account.gov.uk/privacy-notice',
      op_tos_uri: 'https://signin.account.gov.uk/terms-and-conditions',
      request_parameter_supported: true,
      trustmarks: `${url}trustmark`,
    })
    expect(await get('trustmark')).toMatchObject({ idp: url, trustmark_provider: url })
    expect(await get('.well-known/did.json')).toMatchObject({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
    })
    expect((await fetch(url)).status).toBe(200)
  })
})
