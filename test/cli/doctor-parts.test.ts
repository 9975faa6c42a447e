import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkAuthorization } from '../../lib/cli/doctor/authorization-check.ts'
import { createProbe, type Ask, type Probe, type Verdict } from '../../lib/cli/doctor/authorization-probe.ts'
import { Calls } from '../../lib/cli/doctor/calls.ts'
import { checkClient } from '../../lib/cli/doctor/client-check.ts'
import { checkDocuments } from '../../lib/cli/doctor/documents-check.ts'
import type { OneLoginOptions } from '../../lib/index.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { json, startScriptedServer, type Responder } from '../support/scripted-server.ts'
import { run } from './command-run.ts'
import { examined, startProvider } from './examination.ts'
import { variablesFor } from './service-variables.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const callback = 'https://service.example/callback'

const settingsOf = (options: Partial<OneLoginOptions> = {}) =>
  parseStrategyOptions({
    environment: 'integration',
    clientId: 'a-client',
    callbackURL: callback,
    privateKey,
    ...options,
  })

/** A registration. One Login names the first of its problems with a request, in this order. */
interface Registration {
  /** The response to a request with a request object. */
  readonly signed?: Verdict
  readonly redirectURIs?: readonly string[]
  readonly isSignatureRequired?: boolean
  readonly scopes?: readonly string[]
  readonly claims?: readonly string[]
  readonly levels?: readonly string[]
}

function verdictOn(ask: Ask, registration: Registration): Verdict {
  const { signed, redirectURIs = [callback], isSignatureRequired = true } = registration
  const { scopes = ['openid', 'email', 'phone'], levels = ['P0', 'P2'] } = registration
  const { claims = ['coreIdentityJWT', 'address', 'passport'] } = registration
  if (ask.requestObject && signed) return signed
  if (!redirectURIs.includes(ask.redirectURI ?? callback)) return 'address'
  if (isSignatureRequired && !ask.requestObject) return 'request object'
  if (!ask.scope.every((scope) => scopes.includes(scope))) return 'scope'
  if (!ask.claims.every((claim) => claims.includes(claim))) return 'claims'
  const requested = ask.vtr.map((vector) => /P\d/.exec(vector)?.[0] ?? 'P0')
  return requested.every((level) => levels.includes(level)) ? 'accepted' : 'vectors'
}

interface Examined {
  readonly what: string
  readonly options?: Partial<OneLoginOptions>
  readonly registration?: Registration
  readonly left?: number
  /** The number of requests to which One Login responds. */
  readonly responses?: number
  /** The response to the others. */
  readonly then?: Verdict
  readonly isClientKnown?: boolean | undefined
  readonly clockDifference?: number
  /** The lines that differ from those of a service that is registered correctly. */
  readonly differs: Readonly<Record<string, string>>
  readonly requests: number
}

const usual = {
  'redirect URI': `ok ${callback} is registered`,
  'request object': 'ok One Login accepts it and rejects an unsigned request',
  scope: 'ok openid, email, phone: registered',
  claims: 'ok coreIdentityJWT, address, passport: registered',
  level: 'ok Cl.Cm.P2: accepted',
}
const after = (what: string) => `unknown One Login checks it only after you fix the ${what}.`
const unchecked = (...checks: (keyof typeof usual)[]) =>
  Object.fromEntries(checks.map((check) => [check, after('rest')]))
const busy = 'unknown One Login is busy.'
const unsignedUnknown =
  'unknown One Login accepts it. Could not check whether One Login accepts unsigned requests too.'
const notRegistered = (names: string) => `fix ${names} not registered for a-client.`

const examinations: readonly Examined[] = [
  { what: 'everything is registered', differs: {}, requests: 2 },
  {
    what: 'one of its scopes, one of its claims and the only level are not registered',
    registration: {
      scopes: ['openid', 'email'],
      claims: ['coreIdentityJWT', 'passport'],
      levels: ['P0', 'P1'],
    },
    differs: {
      scope: notRegistered('phone is'),
      claims: notRegistered('address is'),
      level: 'fix a-client may not ask for an identity (P2).',
    },
    requests: 9,
  },
  {
    what: 'One Login no longer responds during the search for the scopes',
    registration: { scopes: ['openid'] },
    responses: 1,
    differs: {
      'request object': unsignedUnknown,
      scope: notRegistered('email or phone is'),
      claims: busy,
      level: busy,
    },
    requests: 4,
  },
  {
    what: 'One Login returns 502 during the search for the scopes',
    registration: { scopes: ['openid'] },
    responses: 1,
    then: 'gateway',
    differs: {
      client:
        'fix One Login responded to the sign-in request with status 502. a-client may be deactivated, deprecated or rate limited.',
      'request object': unsignedUnknown,
      scope: notRegistered('email or phone is'),
      claims: after('rest'),
      level: after('rest'),
    },
    requests: 5,
  },
  {
    what: 'One Login no longer responds during the search for the claims',
    registration: { claims: ['address'] },
    responses: 2,
    differs: {
      'request object': unsignedUnknown,
      scope: busy,
      claims: notRegistered('coreIdentityJWT, address or passport is'),
      level: busy,
    },
    requests: 5,
  },
  {
    what: 'too few calls are left to find the scopes',
    registration: { scopes: ['openid'] },
    left: 3,
    differs: { 'request object': unsignedUnknown, scope: notRegistered('email or phone is') },
    requests: 4,
  },
  {
    what: 'too few calls are left to find the levels',
    options: { vtr: ['Cl.Cm.P1', 'Cl.Cm.P3'] },
    left: 3,
    differs: {
      'request object': unsignedUnknown,
      level: 'fix Level of confidence P1 or P3 is not registered for a-client.',
    },
    requests: 4,
  },
  {
    what: 'too few calls are left to find out whether identity is enabled',
    options: { vtr: ['Cl.Cm.P1'] },
    registration: { levels: ['P0'] },
    left: 2,
    differs: {
      'request object': unsignedUnknown,
      level: 'fix Level of confidence P1 is not registered for a-client.',
    },
    requests: 3,
  },
  {
    what: 'no level is registered, and it requests no identity',
    options: { vtr: ['Cl'], claims: [] },
    registration: { levels: [] },
    differs: {
      scope: after('rest'),
      claims: after('rest'),
      level: 'fix Level of confidence P0 is not registered for a-client.',
    },
    requests: 2,
  },
  {
    what: 'it also names the core identity as a claim',
    options: { claims: ['coreIdentityJWT', 'passport'] },
    differs: { claims: 'ok coreIdentityJWT, passport: registered' },
    requests: 2,
  },
  {
    what: 'its redirect URI is not registered and its clock is wrong, and it signs no requests',
    options: { requestObject: false },
    registration: { redirectURIs: [], isSignatureRequired: false },
    clockDifference: 100,
    differs: {
      ...unchecked('request object', 'scope', 'claims', 'level'),
      'redirect URI': notRegistered(`${callback} is`),
    },
    requests: 3,
  },
  {
    what: 'its redirect URI may not be registered, or its client ID',
    registration: { redirectURIs: [] },
    isClientKnown: undefined,
    differs: {
      ...unchecked('request object', 'scope', 'claims', 'level'),
      'redirect URI': `fix ${callback} is not registered for a-client, or One Login does not have this client ID.`,
    },
    requests: 3,
  },
  {
    what: 'too few calls are left to look for a similar redirect URI',
    registration: { redirectURIs: [`${callback}/`] },
    left: 2,
    differs: {
      ...unchecked('request object', 'scope', 'claims', 'level'),
      'redirect URI': notRegistered(`${callback} is`),
    },
    requests: 1,
  },
  {
    what: 'its client ID is unknown',
    registration: { redirectURIs: [] },
    isClientKnown: false,
    differs: unchecked('redirect URI', 'request object', 'scope', 'claims', 'level'),
    requests: 1,
  },
  {
    what: 'One Login no longer responds during the search for the redirect URI',
    registration: { redirectURIs: [] },
    responses: 1,
    differs: {
      ...unchecked('request object', 'scope', 'claims', 'level'),
      'redirect URI': notRegistered(`${callback} is`),
    },
    requests: 3,
  },
  {
    what: 'One Login cannot read its keys, and it need not sign its requests',
    registration: { signed: 'keys', isSignatureRequired: false, scopes: ['openid', 'email'] },
    differs: {
      'request object':
        'fix One Login cannot find the key KID at the JWKS URL that is registered for a-client.',
      scope: notRegistered('phone is'),
    },
    requests: 4,
  },
  {
    what: 'it has another key, and need not sign its requests',
    registration: { signed: 'signature', isSignatureRequired: false, claims: ['coreIdentityJWT', 'address'] },
    differs: { 'request object': after('key and the clock'), claims: notRegistered('passport is') },
    requests: 5,
  },
  {
    what: 'the only level is not registered, and unsigned requests are accepted',
    registration: { isSignatureRequired: false, levels: ['P0'] },
    differs: {
      'request object':
        'warning One Login accepts unsigned requests too: a person at an unlocked browser can repeat a request without prompt or claims.',
      level: 'fix a-client may not ask for an identity (P2).',
    },
    requests: 3,
  },
  {
    what: 'it has another key, and a redirect URI with a slash too few',
    registration: { signed: 'signature', isSignatureRequired: false, redirectURIs: [`${callback}/`] },
    differs: {
      'redirect URI': `fix ${callback} is not registered for a-client, but ${callback}/ is.`,
      'request object': after('key and the clock'),
    },
    requests: 4,
  },
  {
    what: 'One Login requires a request object, whatever it sends',
    options: { requestObject: false },
    registration: { signed: 'request object' },
    differs: {
      ...unchecked('redirect URI', 'scope', 'claims', 'level'),
      'request object': 'fix a-client must send signed request objects, and this service sends none.',
    },
    requests: 2,
  },
]

describe('doctor, for the authorization request', () => {
  it.each(examinations)('[AUTHZ-1] reports a service of which $what', async (examination) => {
    const { registration = {}, responses = 30, clockDifference = 0 } = examination
    const settings = settingsOf({
      scope: ['openid', 'email', 'phone'],
      claims: ['address', 'passport'],
      vtr: ['Cl.Cm.P2'],
      ...examination.options,
    })
    const calls = { left: examination.left ?? 30, clockDifference }
    let requests = 0
    const probe: Probe = (ask) => {
      requests += 1
      const isAnswered = calls.left > 0 && requests <= responses
      if (isAnswered) calls.left -= 1
      const { then = { unclear: 'One Login is busy.' } } = examination
      return Promise.resolve(isAnswered ? verdictOn(ask, registration) : then)
    }
    const isClientKnown = 'isClientKnown' in examination ? examination.isClientKnown : true
    const findings = await checkAuthorization({
      settings,
      calls,
      probe,
      isClientKnown,
    })
    const lines = findings.map(({ check, outcome, message }) => [
      check,
      `${outcome} ${message.replace(settings.signers[0]?.kid ?? '', 'KID')}`,
    ])
    expect(new Set(findings.map(({ check }) => check)).size).toBe(findings.length)
    const { vtr = ['Cl.Cm.P2'] } = examination.options ?? {}
    const level = `ok ${[vtr].flat().join(', ')}: accepted`
    expect(Object.fromEntries(lines)).toEqual({ ...usual, level, ...examination.differs })
    expect(requests).toBe(examination.requests)
  })

  it('[AUTHZ-1] sends the request of the service, with what it tries', async () => {
    await using server = await startScriptedServer(json({}))
    const settings = settingsOf({ maxAge: 600, uiLocales: 'cy' })
    const metadata = { authorization_endpoint: `${server.url}/authorize` } as Parameters<
      typeof createProbe
    >[1]
    const local = { ...settings, environment: { ...settings.environment, allowInsecureRequests: true } }
    const probe = createProbe(local, metadata, new Calls(local))
    const asked = { scope: ['openid', 'phone'], claims: ['passport'], vtr: ['Cl.Cm.P2'] } as const
    expect(await probe({ ...asked, requestObject: false, redirectURI: 'https://a.example/' })).toBe(
      'accepted',
    )
    expect(await probe({ ...asked, requestObject: true })).toBe('accepted')
    const [plain, signed] = server.requests.map(({ url }) => new URL(url, server.url).searchParams)
    expect(Object.fromEntries(plain ?? [])).toMatchObject({
      client_id: 'a-client',
      redirect_uri: 'https://a.example/',
      scope: 'openid phone',
      vtr: '["Cl.Cm.P2"]',
      ui_locales: 'cy',
      claims: '{"userinfo":{"https://vocab.account.gov.uk/v1/passport":null}}',
    })
    expect(plain?.has('request')).toBe(false)
    const [, payload = ''] = signed?.get('request')?.split('.') ?? []
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      redirect_uri: callback,
      max_age: 600,
    })
  })
})

describe('doctor, for the client', () => {
  it.each<[string, object, string | undefined, boolean | undefined]>([
    ['a code that does not exist', { error: 'invalid_grant' }, undefined, true],
    [
      'an expired signature',
      { error: 'invalid_grant', error_description: 'Expired assertion' },
      'clock-wrong',
      true,
    ],
    [
      'keys that it cannot read',
      { error: 'server_error', error_description: 'No JWKS' },
      'published-keys-unreadable',
      true,
    ],
    [
      'keys, in another error',
      { error: 'temporarily_unavailable', error_description: 'jwks' },
      'no-clear-response',
      undefined,
    ],
    [
      'a key instead of a secret',
      { error: 'invalid_client', error_description: 'must use private_key_jwt' },
      'registered-for-secret',
      true,
    ],
    [
      'another signature',
      { error: 'invalid_client', error_description: 'Invalid signature' },
      'key-not-registered',
      true,
    ],
    [
      'another secret',
      { error: 'invalid_client', error_description: 'Invalid secret' },
      'secret-not-registered',
      true,
    ],
    [
      'an unknown client',
      { error: 'invalid_client', error_description: 'Client not found' },
      'client-unknown',
      false,
    ],
    ['a client, without a description', { error: 'invalid_client' }, 'client-unknown', false],
    ['an invalid request', { error: 'invalid_request' }, 'no-clear-response', undefined],
  ])('[CB-8] reads the rejection of %s', async (_what, body, problem, isKnown) => {
    expect(await clientResult(json(body, {}, 400))).toEqual([problem, isKnown])
  })

  it('[CB-8] does not know the client if One Login does not respond', async () => {
    expect(await clientResult((response) => void response.destroy())).toEqual([
      'no-clear-response',
      undefined,
    ])
  })

  async function clientResult(response: Responder) {
    await using server = await startScriptedServer(response)
    const settings = settingsOf()
    const local = { ...settings, environment: { ...settings.environment, allowInsecureRequests: true } }
    const metadata = { token_endpoint: `${server.url}/token` } as Parameters<typeof checkClient>[1]
    const { finding, isKnown } = await checkClient(local, metadata, new Calls(local))
    return ['problem' in finding ? finding.problem : undefined, isKnown]
  }
})

/** Calls with the same response to each. */
const callsWith = (result: object) => {
  const urls: string[] = []
  const make = (url: string) => {
    urls.push(url)
    return Promise.resolve(result)
  }
  return { urls, calls: { make } as unknown as Calls }
}

const simulator = {
  issuer: 'http://127.0.0.1:1/',
  didDocumentURL: 'http://127.0.0.1:1/did.json',
  didController: 'did:web:127.0.0.1',
  coreIdentityIssuer: 'http://127.0.0.1:1/',
  allowInsecureRequests: true,
}

describe('doctor, for documents of each environment', () => {
  const both = 'ONE_LOGIN_DID_DOCUMENT_URL and ONE_LOGIN_DID_CONTROLLER'
  it.each([
    ['integration', 'integration', 'ONE_LOGIN_ENVIRONMENT', 'ONE_LOGIN_ENVIRONMENT'],
    ['production', 'production', 'ONE_LOGIN_ENVIRONMENT', 'ONE_LOGIN_ENVIRONMENT'],
    ['a simulator', simulator, 'ONE_LOGIN_ISSUER', both],
    [
      'a simulator with a similar name',
      { ...simulator, issuer: 'https://oidc.account.gov.uk.example/' },
      'ONE_LOGIN_ISSUER',
      both,
    ],
  ] as const)('[CONF-1] names the variables to check for %s', async (_what, environment, issuer, did) => {
    const { calls } = callsWith({ failure: 'It did not respond.' })
    const { findings, metadata } = await checkDocuments(settingsOf({ environment }), calls)
    expect([metadata, ...findings.map((finding) => ('remedy' in finding ? finding.remedy : ''))]).toEqual([
      undefined,
      `Check ${issuer} and that this machine can reach One Login. A network with an outbound proxy needs HTTPS_PROXY.`,
      'Fix that problem, then run the command again.',
      `Check ${did}. Without this document, the package cannot verify identities.`,
    ])
  })

  it('[CONF-1] says which settings identities need, and does not download the document without them', async () => {
    const { calls, urls } = callsWith({ failure: 'It did not respond.' })
    const environment = { issuer: simulator.issuer, allowInsecureRequests: true }
    const { findings } = await checkDocuments(settingsOf({ environment }), calls)
    expect(findings.at(-1)).toEqual({
      check: 'DID document',
      outcome: 'unknown',
      problem: 'did-options-missing',
      message:
        'ONE_LOGIN_DID_DOCUMENT_URL and ONE_LOGIN_DID_CONTROLLER are not set, so the package cannot verify identities.',
      remedy: 'Set both if your service requests identities. If not, no action needed.',
    })
    expect(urls).toEqual(['http://127.0.0.1:1/.well-known/openid-configuration'])
  })

  it.each([
    [200, {}, 'it is not a DID document'],
    [404, {}, 'it returned status 404.'],
    [301, {}, 'it returned status 301.'],
  ])('[CONF-1] rejects a document with status %i and the content %j', async (status, content, words) => {
    const { calls } = callsWith({ response: { status, json: () => Promise.resolve(content) } })
    const { findings } = await checkDocuments(settingsOf(), calls)
    expect(findings.at(-1)?.message).toContain(words)
    expect(findings.map(({ outcome }) => outcome)).toEqual(['fix', 'unknown', 'fix'])
  })

  it.each([
    ['discovery', 'wrong-issuer', 'discovery', /names the issuer/],
    ['jwks', 'empty-keys', 'JWKS', /Users cannot sign in until One Login fixes this\. Try again later\.$/],
    ['did', 'wrong-controller', 'DID document', /did:/],
  ] as const)(
    '[CONF-1] says what is wrong with the document of %s: %s',
    async (place, fault, check, words) => {
      const op = await startProvider()
      op.breakUntilReset(place, fault)
      const { checks } = await examined(variablesFor(op))
      const found = checks.find((finding) => finding.check === check)
      expect(`${found?.message} ${found?.remedy}`).toMatch(words)
      expect(found?.message).not.toContain('is not JSON')
    },
  )
})

describe('doctor, for the calls to several hosts', () => {
  it('reports no proxy if none is used', async () => {
    await using first = await startScriptedServer(json({}))
    await using second = await startScriptedServer(json({}))
    const settings = settingsOf({ environment: simulator })
    const calls = new Calls(settings)
    for (const { url } of [first, second]) await calls.make(url, {})
    expect([calls.count, calls.proxy]).toEqual([2, undefined])
  })

  it('[KEY-2] checks the published keys although One Login does not respond, and not the clock of their server', async () => {
    const op = await startProvider()
    op.breakUntilReset('discovery', 'refuse')
    op.breakUntilReset('did', 'refuse')
    const headers = { date: new Date(Date.now() - 3_600_000).toUTCString() }
    await using service = await startScriptedServer(json({ keys: [] }, headers))
    const { problems, checks } = await examined(variablesFor(op), ['--jwks-url', service.url])
    expect(problems).toEqual(['discovery-unusable', 'did-document-unusable', 'jwks-key-missing'])
    expect(checks.map(({ check }) => check)).not.toContain('clock')
  })

  it('[KEY-2] compares this machine’s clock with One Login’s, not with the clock of the published keys', async () => {
    const op = await startProvider()
    for (const place of ['token', 'authorize'] as const) op.breakUntilReset(place, 'reset')
    const headers = { date: new Date(Date.now() - 3_600_000).toUTCString() }
    await using service = await startScriptedServer(json({ keys: [] }, headers))
    const { checks } = await examined(variablesFor(op), ['--jwks-url', service.url])
    expect(checks.find(({ check }) => check === 'clock')?.outcome).toBe('ok')
  })

  it('marks what it could not check in its own line', async () => {
    const op = await startProvider({ client: { clientId: 'somebody-else' } })
    const { stdout } = await run(['doctor'], { ...variablesFor(op), ONE_LOGIN_CLIENT_ID: 'simulator-client' })
    expect(stdout).toMatch(/^\? {5}scope {11}One Login checks it/m)
  })
})
