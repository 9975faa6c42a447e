import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { nowInSeconds } from '../../lib/clock.ts'
import { readyUser, simulatorFaults } from '../../lib/simulator/index.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'
import { run, startSimulatorCommand, type RunningSimulator } from './command-run.ts'
import {
  assertion,
  codeFor,
  outcomeOf,
  printedKey,
  sendAuthorize,
  sendRequestObject,
  sendToken,
  sendUserinfo,
  tokensFor,
} from './official-requests.ts'
import { pressButton, vocabulary } from './official-visit.ts'

type Check = (simulator: RunningSimulator) => Promise<void>

const addressClaim = JSON.stringify({ userinfo: { [`${vocabulary}address`]: null } })
const identity = { vtr: '["Cl.Cm.P2"]', claims: addressClaim }

async function parameterOf(sent: Promise<Response>, name: string): Promise<string | null> {
  return new URL((await sent).headers.get('location') ?? '').searchParams.get(name)
}

async function broken(simulator: RunningSimulator, errors: object, parameters?: Record<string, string>) {
  await simulator.configure({ errorConfiguration: errors })
  return pressButton(simulator, parameters)
}

async function get(simulator: RunningSimulator, path: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${simulator.url}${path}`)).json()) as Record<string, unknown>
}

async function keysOf(simulator: RunningSimulator): Promise<readonly Record<string, unknown>[]> {
  return (await get(simulator, '.well-known/jwks.json')).keys as Record<string, unknown>[]
}

const kidsOf = async (simulator: RunningSimulator) => (await keysOf(simulator)).map(({ kid }) => kid)

/** For each row of the table in simulator.md, what the simulator does. */
const protocol: Readonly<Record<string, Check>> = {
  'authorization codes': async (simulator) => {
    const code = await codeFor(simulator)
    expect(await outcomeOf(await sendToken(simulator, { code, redirect_uri: 'http://a.example/' }))).toBe(
      '400 invalid_grant',
    )
    expect(await outcomeOf(await sendToken(simulator, { code }))).toBe('400 invalid_grant')
  },
  clocks: async (simulator) => {
    const code = await codeFor(simulator)
    const client_assertion = await assertion(simulator, { exp: nowInSeconds() - 10 })
    expect(await outcomeOf(await sendToken(simulator, { code, client_assertion }))).toBe('200')
    expect(await outcomeOf(await sendRequestObject(simulator, { exp: nowInSeconds() - 10 }))).toBe('302 code')
  },
  'expired request object': async (simulator) => {
    expect(await outcomeOf(await sendRequestObject(simulator, { exp: 1 }))).toBe('400 Invalid request')
  },
  '`claims` in a request object': async (simulator) => {
    for (const claims of [addressClaim, JSON.parse(addressClaim) as object])
      expect(await outcomeOf(await sendRequestObject(simulator, { claims }))).toBe('302 code')
  },
  '`vot` of the ID token': async (simulator) => {
    expect((await pressButton(simulator, { vtr: '["Cl.Cm","Cl"]' })).idToken.vot).toBe('Cl')
  },
  'a level that the service is not registered for': async (simulator) => {
    expect(await parameterOf(sendAuthorize(simulator, { vtr: '["Cl.Cm.P3"]' }), 'error_description')).toBe(
      'Request vtr is not permitted',
    )
  },
  '`state` in redirects': async (simulator) => {
    expect(await parameterOf(sendAuthorize(simulator, { state: 'a&b=c d' }), 'state')).toBe('a&b=c d')
  },
  'spaces in redirects': async (simulator) => {
    const { headers } = await sendAuthorize(simulator, { scope: 'openid am' })
    expect(headers.get('location')).toContain('error_description=Invalid%2C+unknown+or+malformed+scope')
  },
  '"Invalid request" at `/authorize`': async (simulator) => {
    expect(await outcomeOf(await sendAuthorize(simulator, { client_id: 'nobody' }))).toBe(
      '400 Invalid request',
    )
  },
  '500 at `/authorize`': async (simulator) => {
    const { status, headers } = await sendRequestObject(simulator, { scope: 'email' })
    expect([status, headers.get('content-type')]).toEqual([500, 'text/plain; charset=utf-8'])
  },
  'a JWKS that fails, at `/authorize`': async (simulator) => {
    await simulator.configure({ clientConfiguration: { publicKeySource: 'JWKS' } })
    expect(await outcomeOf(await sendRequestObject(simulator))).toBe('500 Unexpected server error')
  },
  'a JWKS that fails, at `/token`': async (simulator) => {
    const code = await codeFor(simulator)
    await simulator.configure({ clientConfiguration: { publicKeySource: 'JWKS' } })
    expect(await outcomeOf(await sendToken(simulator, { code }))).toBe('400 server_error')
  },
  'JSON at `/token`': async (simulator) => {
    const body = JSON.stringify({ grant_type: 'authorization_code', code: await codeFor(simulator) })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${simulator.url}token`, { method: 'POST', headers, body })
    expect(await outcomeOf(response)).toBe('400 invalid_request')
  },
  PKCE: async (simulator) => {
    const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const code = await codeFor(simulator, { code_challenge, code_challenge_method: 'S256' })
    expect(await outcomeOf(await sendToken(simulator, { code }))).toBe('400 invalid_grant')
  },
  'unknown client at `/token`': async (simulator) => {
    const client_assertion = await assertion(simulator, { iss: 'nobody', sub: 'nobody' })
    expect(await outcomeOf(await sendToken(simulator, { client_assertion }))).toBe('400 invalid_client')
  },
  'audience of an assertion': async (simulator) => {
    const client_assertion = await assertion(simulator, {
      aud: ['https://a.example/', `${simulator.url}token`],
    })
    const code = await codeFor(simulator)
    expect(await outcomeOf(await sendToken(simulator, { code, client_assertion }))).toBe('200')
  },
  '`max_age`, `prompt=login`, re-authentication': async (simulator) => {
    const object = { prompt: 'login', id_token_hint: 'not.a.token' }
    expect(await outcomeOf(await sendRequestObject(simulator, object))).toBe('302 invalid_request')
  },
  '`login_hint`, `id_token_hint` in the query': async (simulator) => {
    const query = { login_hint: 'x'.repeat(300), id_token_hint: 'not.a.token', prompt: 'login' }
    expect(await outcomeOf(await sendAuthorize(simulator, query))).toBe('302 code')
  },
  'scope `wallet-subject-id`': async () => {
    const simulator = await startSimulatorCommand({ SCOPES: 'openid,wallet-subject-id' })
    expect(await outcomeOf(await sendAuthorize(simulator, { scope: 'openid wallet-subject-id' }))).toBe(
      '302 code',
    )
  },
  'a claim withdrawn before `/userinfo`': async (simulator) => {
    const { access_token } = await tokensFor(simulator, identity)
    await simulator.configure({ clientConfiguration: { claims: [] } })
    expect(await (await sendUserinfo(simulator, access_token)).json()).toHaveProperty([
      `${vocabulary}address`,
    ])
  },
  'sessions, `sid`, `auth_time`': async (simulator) => {
    const sid = async () => decodeJwt((await tokensFor(simulator)).id_token).sid
    expect(await sid()).not.toBe(await sid())
  },
  'back-channel logout': async (simulator) => {
    expect(await get(simulator, '.well-known/openid-configuration')).toMatchObject({
      backchannel_logout_supported: true,
    })
  },
  'sign-out': async (simulator) => {
    const { headers } = await fetch(`${simulator.url}logout`, { redirect: 'manual' })
    expect(headers.get('location')).toBe(`${simulator.url}signed-out`)
  },
  'a hint at `/logout` that is not a JWT': async (simulator) => {
    const { headers } = await fetch(`${simulator.url}logout?id_token_hint=x`, { redirect: 'manual' })
    expect(headers.get('location')).toMatch(/signed-out\?error_code=invalid_request/)
  },
  'core identity': async (simulator) => {
    const { coreIdentity } = await pressButton(simulator)
    expect(Number(coreIdentity?.exp) - Number(coreIdentity?.iat)).toBe(1800)
  },
  'keys in the JWKS': async (simulator) => {
    expect((await keysOf(simulator)).map(({ use }) => use)).toEqual(['sig', 'sig', 'sig'])
  },
  'signing keys and key ids': async (simulator) => {
    const kids = await kidsOf(simulator)
    expect(await kidsOf(await startSimulatorCommand())).not.toEqual(kids)
  },
  'keys of a service with a JWKS URL': async (simulator) => {
    const jwk = createPublicKey(printedKey(simulator)).export({ format: 'jwk' })
    await using published = await startScriptedServer(json({ keys: [{ ...jwk, kid: 'without-use' }] }))
    await simulator.configure({ clientConfiguration: { publicKeySource: 'JWKS', jwksUrl: published.url } })
    const header = { kid: 'without-use' }
    expect(await outcomeOf(await sendRequestObject(simulator, {}, { header }))).toBe('302 code')
  },
  'calls without `User-Agent`, long queries': async ({ url }) => {
    const status = await new Promise((resolve, reject) => {
      request(`${url}trustmark`, (response) => {
        resolve(response.resume().statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  },
  // eslint-disable-next-line @typescript-eslint/require-await -- the other checks send requests
  faults: async () => {
    expect(Object.values(simulatorFaults).flat().length).toBeGreaterThan(300)
  },
}

/** For each row of the table in command.md, what the command does. */
const configuration: Readonly<Record<string, Check>> = {
  'unknown members and values, in `/config`, in the form and in variables': async (simulator) => {
    for (const response of [{ subject: 'x' }, { passportDetails: [{ documentNumbr: '1' }] }])
      expect((await simulator.configure({ responseConfiguration: response })).status).toBe(400)
    const passportDetails = [{ exampleField: '1' }]
    expect((await simulator.configure({ responseConfiguration: { passportDetails } })).status).toBe(200)
    expect((await run(['simulator'], { ID_TOKEN_ERRORS: 'INVALID' })).code).toBe(2)
  },
  'errors of `/config`': async (simulator) => {
    expect(await (await simulator.configure([])).json()).toMatchObject({ errors: { _body: {} } })
  },
  '`POST /config` as a form': async ({ url }) => {
    const body = new URLSearchParams({ simulatorUrl: 'http://a.example' })
    expect((await fetch(`${url}config`, { method: 'POST', body })).status).toBe(415)
  },
  'JSON `false` for the new signing keys': async (simulator) => {
    for (const off of [false, 'false']) {
      await simulator.configure({ publishNewIdTokenSigningKeys: true })
      await simulator.configure({ publishNewIdTokenSigningKeys: off })
      expect((await simulator.configuration()).publishNewIdTokenKeysEnabled).toBe(false)
    }
  },
  'new signing keys switched off': async (simulator) => {
    await simulator.configure({ publishNewIdTokenSigningKeys: true, useNewIdTokenSigningKeys: true })
    const { kid } = (await pressButton(simulator)).idTokenHeader
    await simulator.configure({ useNewIdTokenSigningKeys: false })
    expect((await pressButton(simulator)).idTokenHeader.kid).toBe(kid)
    expect(await kidsOf(simulator)).toContain(kid)
  },
  'access tokens after the new keys are withdrawn': async (simulator) => {
    await simulator.configure({ publishNewIdTokenSigningKeys: true, useNewIdTokenSigningKeys: true })
    const { access_token } = await tokensFor(simulator)
    await simulator.configure({ publishNewIdTokenSigningKeys: false })
    expect((await sendUserinfo(simulator, access_token)).status).toBe(200)
  },
  '`simulatorUrl` of localhost': async (simulator) => {
    expect((await simulator.configure({ simulatorUrl: 'http://localhost:3000' })).status).toBe(200)
  },
  '`INVALID_ALG_HEADER`': async (simulator) => {
    const kids = await kidsOf(simulator)
    const { idTokenHeader } = await broken(simulator, { idTokenErrors: ['INVALID_ALG_HEADER'] })
    expect(idTokenHeader.alg).toBe('HS256')
    expect(kids).toContain(idTokenHeader.kid)
  },
  '`INVALID_SIGNATURE`': async (simulator) => {
    await simulator.configure({ errorConfiguration: { idTokenErrors: ['INVALID_SIGNATURE'] } })
    const { id_token } = await tokensFor(simulator)
    expect(decodeProtectedHeader(id_token).alg).toBe('ES256')
    expect(Buffer.from(id_token.split('.')[2] ?? '', 'base64url')).toHaveLength(64)
  },
  '`INVALID_AUD`, `NONCE_NOT_MATCHING`, `INVALID_ISS`, `INCORRECT_SUB`': async (simulator) => {
    const errors = ['INVALID_AUD', 'NONCE_NOT_MATCHING', 'INVALID_ISS']
    const { idToken } = await broken(simulator, { idTokenErrors: errors })
    for (const value of [idToken.aud, idToken.nonce, idToken.iss]) expect(value).toMatch(/^[ -~]+$/)
    const { coreIdentity } = await broken(simulator, { coreIdentityErrors: ['INCORRECT_SUB'] })
    expect(coreIdentity?.sub).toMatch(/^[ -~]+$/)
  },
  '`TOKEN_EXPIRED`': async (simulator) => {
    const { idToken } = await broken(simulator, { idTokenErrors: ['TOKEN_EXPIRED'] })
    expect([Number(idToken.iat) < Number(idToken.exp), Number(idToken.exp) < nowInSeconds()]).toEqual([
      true,
      true,
    ])
  },
  '`TOKEN_NOT_VALID_YET`': async (simulator) => {
    const { idToken } = await broken(simulator, { idTokenErrors: ['TOKEN_NOT_VALID_YET'] })
    expect([Number(idToken.iat) < Number(idToken.exp), Number(idToken.iat) > nowInSeconds()]).toEqual([
      true,
      true,
    ])
  },
  '`INCORRECT_VOT` at a sign-in with `Cl`': async (simulator) => {
    const { idToken } = await broken(simulator, { idTokenErrors: ['INCORRECT_VOT'] }, { vtr: '["Cl"]' })
    expect(idToken.vot).toBe('C0')
  },
  'when `responseConfiguration` applies': async (simulator) => {
    const code = await codeFor(simulator)
    await simulator.configure({ responseConfiguration: { sub: 'urn:later' } })
    const { id_token } = (await (await sendToken(simulator, { code })).json()) as { id_token: string }
    expect(decodeJwt(id_token).sub).toMatch(/^urn:fdc:gov\.uk:2022:/)
  },
  'the identity without configuration': async (simulator) => {
    expect((await pressButton(simulator)).coreIdentity?.vc).toMatchObject({
      credentialSubject: { name: readyUser('typical').identity?.names },
    })
  },
  '`CLIENT_SECRET_HASH`': async () => {
    expect((await run(['simulator'], { CLIENT_SECRET_HASH: '$argon2id$' })).code).toBe(2)
  },
  'the code of the form': async () => {
    const { url } = await startSimulatorCommand({ INTERACTIVE_MODE: 'true' })
    const body = new URLSearchParams({ authCode: 'invented' })
    expect((await fetch(`${url}form-submit`, { method: 'POST', body })).status).toBe(400)
  },
  'an empty field of the form': async () => {
    const simulator = await startSimulatorCommand({ INTERACTIVE_MODE: 'true' })
    const page = await (await sendAuthorize(simulator, identity)).text()
    const authCode = /name="authCode" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const body = new URLSearchParams({
      authCode,
      email: '',
      phoneNumber: '',
      coreIdentityVerifiableCredentials: '',
    })
    const sent = await fetch(`${simulator.url}form-submit`, { method: 'POST', body, redirect: 'manual' })
    const code = new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const { access_token } = (await (await sendToken(simulator, { code })).json()) as { access_token: string }
    const claims = (await (await sendUserinfo(simulator, access_token)).json()) as object
    expect(claims).toMatchObject({ email: null })
    expect(claims).not.toHaveProperty('phone_number')
  },
  'the address it listens on': async () => {
    expect((await run(['simulator', '--help'])).stdout).toContain('127.0.0.1')
  },
}

/** The first cells of the table under a heading. */
function rowsOf(document: string, heading: string): string[] {
  const text = readFileSync(new URL(`../../docs/reference/${document}`, import.meta.url), 'utf8')
  const section = text.slice(text.indexOf(heading))
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? []
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[1]?.trim() ?? '')
}

describe.each([
  ['simulator.md', '## Where it differs from the official simulator', protocol],
  ['command.md', 'What differs on purpose:', configuration],
] as const)('the table of differences in %s', (document, heading, checks) => {
  it('[SIM-4] has a row for each difference that is checked here, and no other', () => {
    expect(rowsOf(document, heading)).toEqual(Object.keys(checks))
  })

  it.each(Object.entries(checks))('[SIM-4] says what happens: %s', async (_row, check) => {
    await check(await startSimulatorCommand())
  })
})
