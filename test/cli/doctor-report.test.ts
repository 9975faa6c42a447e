import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createProbe, type Verdict } from '../../lib/cli/doctor/authorization-probe.ts'
import { Calls } from '../../lib/cli/doctor/calls.ts'
import { checkClient } from '../../lib/cli/doctor/client-check.ts'
import { checkClock } from '../../lib/cli/doctor/clock-check.ts'
import { findCulprits } from '../../lib/cli/doctor/culprits.ts'
import { checkPublishedKeys } from '../../lib/cli/doctor/published-keys-check.ts'
import { similarRedirectURIs } from '../../lib/cli/doctor/similar-redirect-uris.ts'
import { nearestName, suggestion } from '../../lib/cli/nearest-name.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import type { ClientSettings, Simulator } from '../../lib/simulator/index.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { run } from './command-run.ts'
import { examined, startProvider, type Check } from './examination.ts'
import { variablesFor } from './service-variables.ts'

afterEach(() => {
  vi.useRealTimers()
})

const { publicKey: anotherKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const withSecret = (secret: string) => ({
  ONE_LOGIN_PRIVATE_KEY: undefined,
  ONE_LOGIN_CLIENT_SECRET: secret,
})
const signed: ClientSettings = { requestObjectRequired: true }
const callback = 'http://127.0.0.1:3000/auth/callback'
const inRegistration = "in the simulator's registration"

/** The report of a service that is registered correctly, which requests no identity. */
const usual: Readonly<Record<string, string>> = {
  options: `ok simulator-client at URL, callback ${callback}`,
  key: 'ok RSA, 2048 bits, signs with RS256, key ID (kid) KID',
  discovery: 'ok URL names its endpoints',
  JWKS: 'ok keys that can verify ID tokens: 3',
  'DID document': 'ok keys of did:web:127.0.0.1%3APORT that can verify identities: 1',
  clock: 'ok the clocks of this machine and One Login agree within 1 s',
  client: 'ok simulator-client is registered, and with this key',
  'redirect URI': `ok ${callback} is registered`,
  'request object': 'ok One Login accepts it and rejects an unsigned request',
  scope: 'ok openid, email: registered',
  claims: 'ok not requested. Use --level P2 to check them',
  level: 'ok Cl.Cm: accepted. Use --level P2 to check an identity',
}

const forIdentity = {
  claims: 'ok coreIdentityJWT, returnCode: registered',
  level: 'ok Cl.Cm.P2: accepted',
}
const secretOnly = {
  key: 'ok none: the service uses a client secret, so it can sign users in but cannot request identities',
  'request object': 'ok not sent and not required',
}
const untilFixed =
  'unknown One Login checks it only after you fix the rest. Fix the other problems, then run the command again.'
const afterTheKey =
  'unknown One Login checks it only after you fix the key and the clock. Fix them, then run the command again.'
const unchecked = Object.fromEntries(
  ['redirect URI', 'request object', 'scope', 'claims', 'level'].map((check) => [check, untilFixed]),
)
const unsigned =
  `warning One Login accepts unsigned requests too: a person at an unlocked browser can repeat a request without prompt or claims.` +
  ` Have JarValidationRequired set ${inRegistration}, before you use reauthenticateWithin.`
const runAgain = "Run the command again. If this continues, check One Login's status page."
const allUnclear = (reason: string) =>
  Object.fromEntries(Object.keys(unchecked).map((check) => [check, `unknown ${reason} ${runAgain}`]))
const unreadable =
  'fix One Login cannot find the key KID at the JWKS URL that is registered for simulator-client.' +
  ` Check the JWKS URL ${inRegistration}, and its content with "doctor --jwks-url URL". One Login finds a new key only after it reads the URL again.`

const deactivated = {
  ...unchecked,
  client: `fix simulator-client is deactivated, so no user can sign in. Reactivate it ${inRegistration}, or use the client ID that replaced it.`,
}

interface Scenario {
  readonly what: string
  readonly registered?: ClientSettings
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly flags?: readonly string[]
  readonly prepare?: (op: Simulator) => void
  /** The lines that differ from the usual report. */
  readonly differs: Readonly<Record<string, string>>
  readonly calls: number
}

const scenarios: readonly Scenario[] = [
  { what: 'is registered correctly', registered: signed, differs: {}, calls: 6 },
  {
    what: 'requests an identity',
    registered: signed,
    flags: ['--level', 'P2'],
    differs: forIdentity,
    calls: 6,
  },
  {
    what: 'uses a client secret',
    registered: { tokenAuthMethod: 'client_secret_post' },
    env: withSecret('simulator-client-secret'),
    differs: { ...secretOnly, client: 'ok simulator-client is registered, and with this secret' },
    calls: 5,
  },
  {
    what: 'has another client ID',
    registered: { ...signed, clientId: 'somebody-else' },
    env: { ONE_LOGIN_CLIENT_ID: 'simulator-client' },
    differs: {
      ...unchecked,
      client: `fix URL does not have the client ID simulator-client. Set ONE_LOGIN_CLIENT_ID to the client ID ${inRegistration}. Integration and production have different client IDs.`,
    },
    calls: 5,
  },
  {
    what: 'is deactivated and must sign its requests',
    registered: { ...signed, status: 'deactivated' },
    differs: {
      ...unchecked,
      client:
        'fix One Login responded to the sign-in request with status 502. simulator-client may be deactivated, deprecated or rate limited. Ask One Login about this client ID. Users see the 502 page at One Login and do not come back to your service.',
    },
    calls: 6,
  },
  {
    what: 'is deactivated and need not sign its requests',
    registered: { status: 'deactivated' },
    differs: deactivated,
    calls: 6,
  },
  {
    what: 'is deprecated and signs no requests',
    registered: { status: 'deprecated' },
    env: { ONE_LOGIN_REQUEST_OBJECT: 'false' },
    differs: deactivated,
    calls: 5,
  },
  {
    what: 'is rate limited and signs no requests',
    registered: { status: 'rate-limited' },
    env: { ONE_LOGIN_REQUEST_OBJECT: 'false' },
    differs: allUnclear(
      'One Login rejected the request with temporarily_unavailable The authorization server is temporarily unavailable.',
    ),
    calls: 5,
  },
  {
    what: 'has another key and must sign its requests',
    registered: { ...signed, publicKeys: [anotherKey] },
    differs: {
      ...unchecked,
      'request object': afterTheKey,
      client: `fix ONE_LOGIN_PRIVATE_KEY is not the key that is registered for simulator-client. Register the public key of this key pair ${inRegistration}, or set the private key of the registered one.`,
    },
    calls: 6,
  },
  {
    what: 'has another key and need not sign its requests',
    registered: { publicKeys: [anotherKey] },
    differs: {
      'request object': afterTheKey,
      client: `fix ONE_LOGIN_PRIVATE_KEY is not the key that is registered for simulator-client. Register the public key of this key pair ${inRegistration}, or set the private key of the registered one.`,
    },
    calls: 6,
  },
  {
    what: 'has a key instead of a secret',
    registered: { tokenAuthMethod: 'client_secret_post' },
    differs: {
      'request object': unsigned,
      client: `fix simulator-client is registered to use a client secret, but this service uses a key. Change the token authentication method to private_key_jwt ${inRegistration}, or set ONE_LOGIN_CLIENT_SECRET instead of ONE_LOGIN_PRIVATE_KEY.`,
    },
    calls: 6,
  },
  {
    what: 'has a secret instead of a key',
    env: withSecret('simulator-client-secret'),
    differs: {
      ...secretOnly,
      client: `fix simulator-client is registered to use a key, but this service uses a client secret. Set ONE_LOGIN_PRIVATE_KEY instead of ONE_LOGIN_CLIENT_SECRET, or change the token authentication method to client_secret_post ${inRegistration}.`,
    },
    calls: 5,
  },
  {
    what: 'has another secret',
    registered: { tokenAuthMethod: 'client_secret_post' },
    env: withSecret('another-secret'),
    differs: {
      ...secretOnly,
      client: `fix ONE_LOGIN_CLIENT_SECRET is not the secret of simulator-client. Set the secret whose hash is registered, or register the hash of this secret ${inRegistration}.`,
    },
    calls: 5,
  },
  {
    what: 'has another redirect URI',
    registered: { ...signed, redirectUris: ['http://a.example/x'] },
    env: { ONE_LOGIN_CALLBACK_URL: 'http://a.example/y' },
    differs: {
      ...unchecked,
      options: 'ok simulator-client at URL, callback http://a.example/y',
      'redirect URI': `fix http://a.example/y is not registered for simulator-client. To run the other checks now, set a registered one with --redirect-uri. Add it to the redirect URIs ${inRegistration}, exactly as written, or set ONE_LOGIN_CALLBACK_URL to one of them.`,
    },
    calls: 7,
  },
  {
    what: 'has a redirect URI with a slash too many',
    registered: { ...signed, redirectUris: ['http://a.example/x'] },
    env: { ONE_LOGIN_CALLBACK_URL: 'http://a.example/x/' },
    flags: ['--level', 'P2'],
    differs: {
      ...forIdentity,
      options: 'ok simulator-client at URL, callback http://a.example/x/',
      'redirect URI': `fix http://a.example/x/ is not registered for simulator-client, but http://a.example/x is. Add it to the redirect URIs ${inRegistration}, exactly as written, or set ONE_LOGIN_CALLBACK_URL to one of them.`,
    },
    calls: 8,
  },
  {
    what: 'requests a scope that is not registered',
    registered: { ...signed, scopes: ['openid'] },
    differs: {
      scope: `fix email is not registered for simulator-client. Add email ${inRegistration}, or remove it from ONE_LOGIN_SCOPE.`,
    },
    calls: 7,
  },
  {
    what: 'requests 2 scopes that are not registered',
    registered: { ...signed, scopes: ['openid'] },
    env: { ONE_LOGIN_SCOPE: 'openid email phone' },
    differs: {
      scope: `fix email and phone are not registered for simulator-client. Add email and phone ${inRegistration}, or remove them from ONE_LOGIN_SCOPE.`,
    },
    calls: 9,
  },
  {
    what: 'requests 2 claims that are not registered',
    registered: { ...signed, claims: ['coreIdentityJWT'] },
    env: { ONE_LOGIN_CLAIMS: 'address passport' },
    flags: ['--level', 'P2'],
    differs: {
      ...forIdentity,
      claims: `fix address and passport are not registered for simulator-client. Add address and passport ${inRegistration}, or remove them from ONE_LOGIN_CLAIMS.`,
    },
    calls: 10,
  },
  {
    what: 'may not request an identity',
    registered: { ...signed, identityEnabled: false },
    flags: ['--level', 'P1'],
    differs: {
      ...forIdentity,
      level: `fix simulator-client may not ask for an identity (P1). Enable identity verification with level of confidence P1 ${inRegistration}.`,
    },
    calls: 8,
  },
  {
    what: 'requests a level that is not registered',
    registered: signed,
    flags: ['--level', 'P3'],
    differs: {
      ...forIdentity,
      level: `fix Level of confidence P3 is not registered for simulator-client. Add P3 ${inRegistration}, or request another level.`,
    },
    calls: 8,
  },
  {
    what: 'requests 2 levels that are not registered',
    registered: signed,
    env: { ONE_LOGIN_VTR: 'Cl.Cm.P1 Cl.Cm.P3' },
    differs: {
      ...forIdentity,
      level: `fix Levels of confidence P1 and P3 are not registered for simulator-client. Add P1 and P3 ${inRegistration}, or request another level.`,
    },
    calls: 10,
  },
  {
    what: 'must sign its requests, and does not',
    registered: signed,
    env: { ONE_LOGIN_REQUEST_OBJECT: 'false' },
    differs: {
      'request object': `fix simulator-client must send signed request objects, and this service sends none. Remove ONE_LOGIN_REQUEST_OBJECT=false and use a key, or stop requiring request objects (JAR) ${inRegistration}.`,
    },
    calls: 6,
  },
  {
    what: 'has a clock that is 100 s slow',
    registered: signed,
    prepare: (op) => op.clock.advance(100),
    differs: {
      clock:
        "fix This machine is 100 s behind One Login. Correct this machine's clock, and use NTP to keep it correct.",
    },
    calls: 6,
  },
  {
    what: 'has a clock that is 100 s fast',
    registered: signed,
    prepare: (op) => op.clock.advance(-100),
    differs: {
      clock:
        "fix This machine is 100 s ahead of One Login. Correct this machine's clock, and use NTP to keep it correct.",
    },
    calls: 6,
  },
  {
    what: 'has a clock that is 600 s slow',
    registered: signed,
    prepare: (op) => op.clock.advance(600),
    differs: {
      ...unchecked,
      'request object': afterTheKey,
      clock:
        "fix This machine is 600 s behind One Login. Correct this machine's clock, and use NTP to keep it correct.",
      client:
        "fix One Login rejects a new signature from this machine as expired, so this machine's clock is slow. Correct this machine's clock, and use NTP to keep it correct.",
    },
    calls: 6,
  },
  {
    what: 'has published its keys where One Login cannot read them',
    registered: { ...signed, jwksURL: 'http://127.0.0.1:1/' },
    differs: { ...unchecked, client: unreadable, 'request object': unreadable },
    calls: 6,
  },
  {
    what: 'gets no response from the token endpoint that it can read',
    registered: signed,
    prepare: (op) => op.breakUntilReset('token', 'malformed-json'),
    differs: { client: `unknown One Login's token endpoint responded with status 400. ${runAgain}` },
    calls: 6,
  },
  {
    what: 'gets 429 from One Login',
    prepare: (op) => op.breakUntilReset('authorize', '429'),
    differs: allUnclear('One Login responded with status 429.'),
    calls: 5,
  },
  {
    what: 'gets an unknown error without a description',
    prepare: (op) => op.breakUntilReset('authorize', 'server-error-without-description'),
    differs: allUnclear('One Login rejected the request with server_error.'),
    calls: 5,
  },
]

/** Each check with its outcome and words, without the parts that differ from run to run. */
function linesOf(op: Simulator, checks: readonly Check[]): Record<string, string> {
  const kid = parseStrategyOptions(op.options).signers[0]?.kid ?? ''
  const { port } = new URL(op.issuer)
  return Object.fromEntries(
    checks.map(({ check, outcome, message, remedy }) => [
      check,
      [outcome, message, ...(remedy === undefined ? [] : [remedy])]
        .join(' ')
        .replaceAll(op.issuer, 'URL')
        .replaceAll(kid, 'KID')
        .replaceAll(port, 'PORT')
        // A busy machine may take a second to respond.
        .replace(/agree within [12] s/, 'agree within 1 s')
        .replace(/ (?:99|101) s /, ' 100 s ')
        .replace(/ (?:599|601) s /, ' 600 s '),
    ]),
  )
}

describe('the report of doctor', () => {
  it.each(scenarios)('[CONF-1] says what is right and what to fix if the service $what', async (scenario) => {
    const op = await startProvider({ client: scenario.registered ?? {} })
    scenario.prepare?.(op)
    const env = { ...variablesFor(op), ...scenario.env }
    const { checks, calls } = await examined(env, scenario.flags)
    expect(checks.map(({ check }) => check)).toEqual(Object.keys(usual))
    expect(linesOf(op, checks)).toEqual({ ...usual, ...scenario.differs })
    expect(calls).toBe(scenario.calls)
  })

  it.each([
    ['ok', {}, 'All is well. 6 calls were made.'],
    [
      'of 1 problem and 5 unknown results',
      { clientId: 'x' },
      '1 to fix, 5 could not be checked. 5 calls were made.',
    ],
    ['of a warning', { requestObjectRequired: false }, 'All is well. 1 warning. 6 calls were made.'],
    [
      'of a problem and a warning',
      { requestObjectRequired: false, scopes: ['openid'] },
      '1 to fix, 0 could not be checked. 1 warning. 7 calls were made.',
    ],
  ] as [string, ClientSettings, string][])('ends with the sum: %s', async (_what, registered, sum) => {
    const op = await startProvider({ client: { ...signed, ...registered } })
    const { stdout } = await run(['doctor'], { ...variablesFor(op), ONE_LOGIN_CLIENT_ID: 'simulator-client' })
    expect(stdout.trim().split('\n').at(-1)).toBe(sum)
    expect(stdout).toMatch(/^ok {4}options {9}simulator-client at /m)
  })
})

describe('doctor, for documents that it cannot use', () => {
  it.each([
    ['malformed-json', 'it is not JSON.'],
    ['503', 'it returned status 503.'],
  ] as const)('[CONF-1] stops at a discovery document with the fault %s', async (fault, words) => {
    const op = await startProvider()
    op.breakUntilReset('discovery', fault)
    const { checks, calls } = await examined(variablesFor(op))
    const { options, key, 'DID document': did } = usual
    const fixFirst = 'Fix that problem, then run the command again.'
    expect(linesOf(op, checks)).toEqual({
      options,
      key,
      'DID document': did,
      discovery: `fix URL.well-known/openid-configuration: ${words} Check ONE_LOGIN_ISSUER and that this machine can reach One Login. A network with an outbound proxy needs HTTPS_PROXY.`,
      JWKS: `unknown The discovery document contains its address. ${fixFirst}`,
      client: `unknown This check needs the discovery document. ${fixFirst}`,
    })
    expect(calls).toBe(2)
  })

  it('[CONF-1] names the issuer exactly, with the slash at its end', async () => {
    const op = await startProvider({ client: signed })
    const issuer = op.issuer.slice(0, -1)
    const { checks } = await examined({ ...variablesFor(op), ONE_LOGIN_ISSUER: issuer })
    expect(checks.find(({ check }) => check === 'discovery')).toEqual({
      check: 'discovery',
      outcome: 'fix',
      problem: 'issuer-slash',
      message: `ONE_LOGIN_ISSUER is ${issuer}, and the discovery document names ${op.issuer}.`,
      remedy: `Set ONE_LOGIN_ISSUER to exactly ${op.issuer}. Check the slash at the end.`,
    })
  })
})

/** The settings of a service whose One Login has this issuer. */
const settingsFor = (issuer: string, credentials: { privateKey: string } | { clientSecret: string }) =>
  parseStrategyOptions({
    environment: {
      issuer,
      didDocumentURL: `${issuer}did.json`,
      didController: 'did:web:127.0.0.1',
      coreIdentityIssuer: issuer,
      allowInsecureRequests: true,
    },
    clientId: 'simulator-client',
    callbackURL: callback,
    ...credentials,
  })

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const withKey = settingsFor('http://127.0.0.1:1/', { privateKey })
const withoutKey = settingsFor('http://127.0.0.1:1/', { clientSecret: 'a-secret' })

describe('doctor, for the details of published keys', () => {
  const [signer] = withKey.signers
  const jwk = { ...signer?.publicJwk, kid: signer?.kid }

  const faultIn = async (response: Responder, settings = withKey) => {
    await using service = await startScriptedServer(response)
    const { outcome, message } = await checkPublishedKeys(service.url, settings, new Calls(settings))
    return outcome === 'ok' ? 'ok' : message.replace(`${service.url}: `, '').replace(jwk.kid ?? '', 'KID')
  }

  it.each([
    ['neither use nor alg', {}, 'ok'],
    ['its alg', { alg: 'RS256' }, 'ok'],
    ['its use', { use: 'sig' }, 'ok'],
    ['another type', { kty: 'EC' }, 'its key KID is not the key that this service signs with.'],
    ['another use', { use: 'enc' }, 'its key KID is not for signatures with RS256.'],
    ['another alg', { alg: 'PS256' }, 'its key KID is not for signatures with RS256.'],
    ['an empty alg', { alg: '' }, 'its key KID is not for signatures with RS256.'],
    ['a number as its kid', { kid: 7 }, 'a key has no "kid", or 2 keys have the same one.'],
    ['another kid', { kid: 'x' }, 'it does not contain KID, the key that this service signs with.'],
    ['a private member', { qi: '' }, 'it publishes private members of a key (qi).'],
    ['2 private members', { p: '', d: '' }, 'it publishes private members of a key (d, p).'],
  ])('[KEY-2] reports a key with %s', async (_what, members, words) => {
    expect(await faultIn(json({ keys: [{ ...jwk, ...members }] }))).toBe(words)
  })

  it.each([[[null]], [['key']], ['none'], [undefined]])('[KEY-2] rejects the list %j', async (keys) => {
    expect(await faultIn(json({ keys }))).toBe('it is not a JSON Web Key Set.')
  })

  it.each(['null', 'text'])('[KEY-2] rejects the document %s', async (document) => {
    expect(await faultIn(text(document))).toBe('it is not a JSON Web Key Set.')
  })

  it('[KEY-2] accepts further keys, and any keys of a service with a secret', async () => {
    const further = { kty: 'RSA', kid: 'another' }
    expect(await faultIn(json({ keys: [further, jwk] }))).toBe('ok')
    expect(await faultIn(json({ keys: [further] }), withoutKey)).toBe('ok')
  })

  it('[KEY-2] says why there is no response', async () => {
    expect(await faultIn((response) => void response.destroy())).toMatch(
      /^Could not connect to your server: GET /,
    )
  })

  it.each(['ftp://127.0.0.1/', 'not a URL', 'http://service.example/'])(
    '[KEY-2] makes no call to %s',
    async (url) => {
      const calls = new Calls(withKey)
      expect(await checkPublishedKeys(url, withKey, calls)).toMatchObject({
        problem: 'jwks-url-insecure',
        message: `${url}: it is not an https URL.`,
      })
      expect(calls.count).toBe(0)
    },
  )

  it.each([
    [4900, 'ok'],
    [5100, /^it took 5\.[12] s to respond\.$/],
  ])('[KEY-2] allows 5 seconds for the response: %i ms', async (milliseconds, expected) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const outcome = await faultIn((response, request) => {
      vi.setSystemTime(Date.now() + milliseconds)
      json({ keys: [jwk] })(response, request)
    })
    expect(outcome).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })
})

describe('doctor, for responses of One Login', () => {
  const metadataOf = (url: string) => ({
    issuer: `${url}/`,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/userinfo`,
    end_session_endpoint: `${url}/logout`,
    jwks_uri: `${url}/jwks`,
  })

  const redirect = (query: string) => text('', { location: `/?${query}` }, 302)
  const unclear = (reason: string) => ({ unclear: reason })

  it.each<[string, Responder, Verdict]>([
    ['a page', text('<h1>Sign in</h1>'), 'accepted'],
    ['a redirect to a page', text('', { location: '/sign-in' }, 302), 'accepted'],
    ['a redirect with a code', redirect('code=a'), 'accepted'],
    ['status 400 and Trust chain', text('Trust chain validation failed', {}, 400), 'signature'],
    ['status 400 and Invalid request', text('Invalid request', {}, 400), 'address'],
    ['status 500 and its text', text('Unexpected server error', {}, 500), 'keys'],
    ['status 502', text('', {}, 502), 'gateway'],
    ['a redirect without an address', text('', {}, 302), unclear('One Login responded with status 302.')],
    ['status 403', text('', {}, 403), unclear("One Login's firewall blocked the request (status 403).")],
    [
      'status 500 and another text',
      text('Trust chain', {}, 500),
      unclear('One Login responded with status 500.'),
    ],
    ['status 400 and another text', text('no', {}, 400), unclear('One Login responded with status 400.')],
    [
      'status 404 and the text of 400',
      text('Invalid request', {}, 404),
      unclear('One Login responded with status 404.'),
    ],
    [
      'status 404 and the text of 500',
      text('Unexpected server error', {}, 404),
      unclear('One Login responded with status 404.'),
    ],
    ['invalid_scope', redirect('error=invalid_scope'), 'scope'],
    [
      'a request without a request object',
      redirect('error=access_denied&error_description=Request+Object'),
      'request object',
    ],
    ['a request without JAR', redirect('error=access_denied&error_description=JAR'), 'request object'],
    [
      'another access_denied',
      redirect('error=access_denied'),
      unclear('One Login rejected the request with access_denied.'),
    ],
    [
      'client deactivated',
      redirect('error=unauthorized_client&error_description=client+deactivated'),
      'deactivated',
    ],
    [
      'client deprecated',
      redirect('error=unauthorized_client&error_description=client+deprecated'),
      'deactivated',
    ],
    [
      'another unauthorized_client',
      redirect('error=unauthorized_client&error_description=client'),
      unclear('One Login rejected the request with unauthorized_client client.'),
    ],
    ['invalid claims', redirect('error=invalid_request&error_description=invalid+claims'), 'claims'],
    ['an invalid vtr', redirect('error=invalid_request&error_description=vtr'), 'vectors'],
    [
      'another invalid_request',
      redirect('error=invalid_request&error_description=Max+age'),
      unclear('One Login rejected the request with invalid_request Max age.'),
    ],
    [
      'these words in another error',
      redirect('error=server_error&error_description=claims+vtr+JAR+client+deprecated'),
      unclear('One Login rejected the request with server_error claims vtr JAR client deprecated.'),
    ],
  ])('[AUTHZ-1] reads %s', async (_what, response, verdict) => {
    await using server = await startScriptedServer(response)
    const probe = createProbe(withKey, metadataOf(server.url), new Calls(withKey))
    const ask = { scope: ['openid'], claims: [], vtr: ['Cl.Cm'], requestObject: true } as const
    expect(await probe(ask)).toEqual(verdict)
  })

  it('[AUTHZ-1] reads status 502 as unclear if the request is not signed', async () => {
    await using server = await startScriptedServer(text('', {}, 502))
    const probe = createProbe(withoutKey, metadataOf(server.url), new Calls(withoutKey))
    const ask = { scope: ['openid'], claims: [], vtr: ['Cl.Cm'], requestObject: false } as const
    expect(await probe(ask)).toEqual(unclear('One Login responded with status 502.'))
  })

  it.each([
    [{ error: 'server_error', error_description: 'x' }, '400 server_error x'],
    [{ error: 'invalid_request' }, '400 invalid_request'],
    [{ error: ['invalid_client'] }, '400'],
    ['text', '400'],
    [null, '400'],
  ])('[CB-8] reports that the response of the token endpoint is unclear: %j', async (body, words) => {
    await using server = await startScriptedServer(json(body, {}, 400))
    const { finding, isKnown } = await checkClient(withKey, metadataOf(server.url), new Calls(withKey))
    expect([finding.outcome, finding.message, isKnown]).toEqual([
      'unknown',
      `One Login's token endpoint responded with status ${words}.`,
      undefined,
    ])
    const { headers, method, body: sent } = server.requests[0] ?? {}
    expect([method, headers?.['content-type']]).toEqual(['POST', 'application/x-www-form-urlencoded'])
    const { client_assertion = '', ...form } = Object.fromEntries(new URLSearchParams(sent))
    expect(form).toEqual({
      grant_type: 'authorization_code',
      code: expect.stringMatching(/^made-up-[0-9a-f]{32}$/) as string,
      redirect_uri: callback,
      client_id: 'simulator-client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const { iat = 0, exp, ...claims } = decodeJwt(client_assertion)
    expect(claims).toEqual({
      iss: 'simulator-client',
      sub: 'simulator-client',
      aud: `${server.url}/token`,
      jti: expect.any(String) as string,
    })
    expect([exp, Math.abs(iat - Date.now() / 1000) < 60]).toEqual([iat + 300, true])
  })

  it('[CB-9] sends the secret of a service without a key', async () => {
    await using server = await startScriptedServer(json({ error: 'invalid_grant' }, {}, 400))
    const { isKnown } = await checkClient(withoutKey, metadataOf(server.url), new Calls(withoutKey))
    const form = Object.fromEntries(new URLSearchParams(server.requests[0]?.body))
    expect([isKnown, form.client_id, form.client_secret]).toEqual([true, 'simulator-client', 'a-secret'])
    expect(form).not.toHaveProperty('client_assertion')
  })
})

describe('the calls of doctor', () => {
  it('stop after 30', async () => {
    await using server = await startScriptedServer(text('hello'))
    const calls = new Calls(withoutKey)
    for (let count = 0; count < 30; count += 1) {
      expect([calls.count, calls.left]).toEqual([count, 30 - count])
      expect(await calls.make(server.url, {})).toHaveProperty('response.status', 200)
    }
    expect(await calls.make(server.url, {})).toEqual({ failure: 'The check stopped after 30 calls.' })
    expect([calls.count, calls.left, server.requests.length]).toEqual([30, 0, 30])
  })

  it.each([
    [{}, 0.5],
    [{ age: '60' }, 60.5],
    [{ age: 'old' }, undefined],
    [{ date: 'never' }, undefined],
  ])('read the time of a response with %j', async (headers, difference) => {
    const now = new Date('2030-01-01T00:00:00Z')
    vi.useFakeTimers({ toFake: ['Date'], now })
    await using server = await startScriptedServer(text('', { date: now.toUTCString(), ...headers }))
    const calls = new Calls(withoutKey)
    await calls.make(server.url, {})
    expect(calls.clockDifference).toBe(difference)
  })

  it('read the time as of the middle of the call', async () => {
    const now = new Date('2030-01-01T00:00:00Z')
    vi.useFakeTimers({ toFake: ['Date'], now })
    await using server = await startScriptedServer((response, request) => {
      vi.setSystemTime(now.getTime() + 4000)
      text('', { date: now.toUTCString() })(response, request)
    })
    const calls = new Calls(withoutKey)
    await calls.make(server.url, {})
    expect(calls.clockDifference).toBe(-1.5)
  })

  it('show no time if no response had one', () => {
    const calls = new Calls(withoutKey)
    expect(checkClock(withoutKey, calls)).toEqual({
      check: 'clock',
      outcome: 'unknown',
      problem: 'clock-unknown',
      message: 'No response from One Login contained the time.',
      remedy: 'Compare the clock of this machine with another one.',
    })
  })

  it.each([
    [4.4, 'the clocks of this machine and One Login agree within 5 s'],
    [-29.6, 'the clocks of this machine and One Login agree within 31 s'],
  ])('show a difference of %d s rounded up', (clockDifference, message) => {
    const calls = Object.assign(new Calls(withoutKey), { clockDifference })
    expect(checkClock(withoutKey, calls)).toMatchObject({ outcome: 'ok', message })
  })
})

describe('the search for what One Login rejects', () => {
  const search = async (items: string[], rejected: string[], left: number) => {
    const asked: string[] = []
    const calls = { left }
    const { items: found, areAllFound } = await findCulprits(
      items,
      (item) => {
        asked.push(item)
        calls.left -= 1
        return Promise.resolve(rejected.includes(item))
      },
      calls,
    )
    return { found: found.join(''), areAllFound, asked: asked.join('') }
  }

  it.each([
    ['a', 'a', 9, { found: 'a', areAllFound: true, asked: '' }],
    ['abc', 'c', 9, { found: 'c', areAllFound: true, asked: 'ab' }],
    ['abc', 'ac', 9, { found: 'ac', areAllFound: true, asked: 'abc' }],
    ['abc', 'b', 9, { found: 'b', areAllFound: true, asked: 'abc' }],
    ['abc', 'ab', 3, { found: 'abc', areAllFound: false, asked: 'ab' }],
    ['abc', 'b', 2, { found: 'bc', areAllFound: false, asked: 'a' }],
  ])(
    '[AUTHZ-1] of %s, of which %s are rejected, with %i calls left',
    async (items, rejected, left, expected) => {
      expect(await search(Array.from(items), Array.from(rejected), left)).toEqual(expected)
    },
  )
})

describe('names that are easily confused', () => {
  it.each([
    [
      'https://a.example/Callback',
      ['https://a.example/Callback/', 'http://a.example/Callback', 'https://a.example/callback'],
    ],
    [
      'http://localhost:3000/x/',
      ['http://localhost:3000/x', 'http://127.0.0.1:3000/x/', 'https://localhost:3000/x/'],
    ],
    ['http://127.0.0.1/x', ['http://127.0.0.1/x/', 'http://localhost/x', 'https://127.0.0.1/x']],
  ])('[AUTHZ-1] of the redirect URI %s', (uri, similar) => {
    expect(similarRedirectURIs(uri)).toEqual(similar)
  })

  it.each([
    ['scopes', ['scope', 'port'], 'scope'],
    ['SCOPE', ['scope'], 'scope'],
    ['prot', ['port', 'host'], 'port'],
    ['hose', ['port', 'host'], 'host'],
    ['abc', ['abd', 'abc'], 'abc'],
    ['a', ['bc'], undefined],
    ['xyz', ['abc'], undefined],
    ['callbackURLabcd', ['callbackURL'], 'callbackURL'],
    ['callbackURLabcde', ['callbackURL'], undefined],
    ['abcxxxx', ['abcdefghijklmno'], undefined],
    ['', ['abc'], undefined],
    ['abc', [], undefined],
  ])('the name nearest to "%s" of %j is %s', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest)
    expect(suggestion(name, known)).toBe(nearest === undefined ? '' : `Did you mean "${nearest}"? `)
  })
})
