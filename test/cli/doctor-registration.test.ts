import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { findCulprits } from '../../lib/cli/doctor/culprits.ts'
import type { Problem } from '../../lib/cli/doctor/finding.ts'
import type { ClientSettings, Simulator } from '../../lib/simulator/index.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { run } from './command-run.ts'
import { examined, startProvider } from './examination.ts'
import { variablesFor } from './service-variables.ts'

const anotherKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

interface Misregistration {
  readonly what: string
  readonly registered?: ClientSettings
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly flags?: readonly string[]
  readonly problem: Problem
  /** The text that the line must contain. */
  readonly names: string
}

const withSecret = (secret: string) => ({
  ONE_LOGIN_PRIVATE_KEY: undefined,
  ONE_LOGIN_CLIENT_SECRET: secret,
})

const misregistrations: readonly Misregistration[] = [
  {
    what: 'another client id',
    registered: { clientId: 'somebody-else' },
    env: { ONE_LOGIN_CLIENT_ID: 'simulator-client' },
    problem: 'client-unknown',
    names: 'ONE_LOGIN_CLIENT_ID',
  },
  {
    what: 'a deactivated client',
    registered: { status: 'deactivated' },
    problem: 'client-deactivated',
    names: 'simulator-client',
  },
  {
    what: 'a deactivated client that has to sign its requests',
    registered: { status: 'deactivated', requestObjectRequired: true },
    problem: 'client-deactivated',
    names: 'may be deactivated, deprecated or rate limited',
  },
  {
    what: 'a rate-limited client',
    registered: { status: 'rate-limited' },
    problem: 'client-deactivated',
    names: 'may be deactivated, deprecated or rate limited',
  },
  {
    what: 'a client that was replaced',
    registered: { status: 'deprecated' },
    problem: 'client-deactivated',
    names: 'simulator-client',
  },
  {
    what: 'another public key',
    registered: { publicKeys: [anotherKey.publicKey] },
    problem: 'key-not-registered',
    names: 'ONE_LOGIN_PRIVATE_KEY',
  },
  {
    what: 'another public key, required request objects too',
    registered: { publicKeys: [anotherKey.publicKey], requestObjectRequired: true },
    problem: 'key-not-registered',
    names: 'ONE_LOGIN_PRIVATE_KEY',
  },
  {
    what: 'a client secret instead of the key',
    registered: { tokenAuthMethod: 'client_secret_post' },
    problem: 'registered-for-secret',
    names: 'private_key_jwt',
  },
  {
    what: 'a key instead of the client secret',
    env: withSecret('simulator-client-secret'),
    problem: 'registered-for-key',
    names: 'client_secret_post',
  },
  {
    what: 'another client secret',
    registered: { tokenAuthMethod: 'client_secret_post', clientSecret: 'the-registered-one' },
    env: withSecret('another-one'),
    problem: 'secret-not-registered',
    names: 'ONE_LOGIN_CLIENT_SECRET',
  },
  {
    what: 'another redirect URI',
    registered: { redirectUris: ['http://127.0.0.1:3000/auth/callback/'] },
    env: { ONE_LOGIN_CALLBACK_URL: 'http://127.0.0.1:3000/auth/callback' },
    problem: 'redirect-uri-not-registered',
    names: 'http://127.0.0.1:3000/auth/callback ',
  },
  {
    what: 'no scope phone',
    registered: { scopes: ['openid', 'email'] },
    env: { ONE_LOGIN_SCOPE: 'openid email phone' },
    problem: 'scope-not-registered',
    names: 'phone is not registered',
  },
  {
    what: 'neither the scope phone nor the wallet',
    registered: { scopes: ['openid', 'email'] },
    env: { ONE_LOGIN_SCOPE: 'openid email phone wallet-subject-id' },
    problem: 'scope-not-registered',
    names: 'phone and wallet-subject-id are not registered',
  },
  {
    what: 'no claim passport',
    registered: { claims: ['coreIdentityJWT', 'address', 'returnCode'] },
    env: { ONE_LOGIN_CLAIMS: 'address passport returnCode' },
    flags: ['--level', 'P2'],
    problem: 'claim-not-registered',
    names: 'passport is not registered',
  },
  {
    what: 'neither the claim address nor drivingPermit',
    registered: { claims: ['coreIdentityJWT'] },
    env: { ONE_LOGIN_CLAIMS: 'address drivingPermit' },
    flags: ['--level', 'P2'],
    problem: 'claim-not-registered',
    names: 'address and drivingPermit are not registered',
  },
  {
    what: 'no return codes',
    registered: { claims: ['coreIdentityJWT'] },
    flags: ['--level', 'P2'],
    problem: 'claim-not-registered',
    names: 'returnCode is not registered',
  },
  {
    what: 'no identity',
    registered: { identityEnabled: false },
    flags: ['--level', 'P2'],
    problem: 'identity-not-enabled',
    names: 'P2',
  },
  {
    what: 'no identity, by the variables',
    registered: { levels: ['P0'] },
    env: { ONE_LOGIN_VTR: 'Cl.Cm.P2' },
    problem: 'identity-not-enabled',
    names: 'P2',
  },
  {
    what: 'no level P3',
    flags: ['--level', 'P3'],
    problem: 'level-not-registered',
    names: 'P3',
  },
  {
    what: 'no level P1, requested with P2',
    env: { ONE_LOGIN_VTR: 'Cl.Cm.P1 Cl.Cm.P2' },
    problem: 'level-not-registered',
    names: 'Level of confidence P1 is',
  },
  {
    what: 'required request objects, and sends none',
    registered: { requestObjectRequired: true },
    env: { ONE_LOGIN_REQUEST_OBJECT: 'false' },
    problem: 'request-object-required',
    names: 'ONE_LOGIN_REQUEST_OBJECT',
  },
  {
    what: 'required request objects, and has no key',
    registered: { tokenAuthMethod: 'client_secret_post', requestObjectRequired: true },
    env: withSecret('simulator-client-secret'),
    problem: 'request-object-required',
    names: 'request objects',
  },
]

async function providerWith(registered: ClientSettings = {}): Promise<Simulator> {
  return startProvider({ client: registered })
}

describe('doctor, for the registration', () => {
  it('finds nothing to fix if a service is registered correctly', async () => {
    const op = await providerWith({ requestObjectRequired: true })
    const { code, problems, checks, calls } = await examined(variablesFor(op), ['--level', 'P2'])
    expect(checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    expect([code, problems]).toEqual([0, []])
    expect(calls).toBeLessThanOrEqual(30)
  })

  it.each(misregistrations)('names what is wrong with a registration that has $what', async (wrong) => {
    const op = await providerWith(wrong.registered)
    const { code, problems, checks, calls } = await examined(
      { ...variablesFor(op), ...wrong.env },
      wrong.flags,
    )
    expect(problems).toEqual([wrong.problem])
    const [found] = checks.filter(({ outcome }) => outcome === 'fix')
    expect(`${found?.message} ${found?.remedy}`).toContain(wrong.names)
    expect(checks.filter(({ check }) => check === found?.check)).toHaveLength(1)
    expect(code).toBe(1)
    expect(calls).toBeLessThanOrEqual(30)
    expect(op.requests).toHaveLength(calls)
  })

  it.each([
    { what: 'a right registration', registered: {}, code: 0 },
    { what: 'a scope that is not registered', registered: { scopes: ['openid'] }, code: 1 },
    { what: 'a claim that is not registered', registered: { claims: ['coreIdentityJWT'] }, code: 1 },
    { what: 'a level that is not registered', registered: { levels: ['P0'] }, code: 1 },
  ] as const)(
    '[AUTHZ-20] warns of a registration that accepts unsigned requests, with $what',
    async ({ registered, code }) => {
      const op = await providerWith({ ...registered, requestObjectRequired: false })
      const env = { ...variablesFor(op), ONE_LOGIN_SCOPE: 'openid email', ONE_LOGIN_CLAIMS: 'address' }
      const examination = await examined(env, ['--level', 'P2'])
      expect(examination.code).toBe(code)
      expect(examination.checks.find(({ check }) => check === 'request object')).toMatchObject({
        outcome: 'warning',
        problem: 'unsigned-requests-accepted',
        remedy: expect.stringContaining('JarValidationRequired') as string,
      })
      expect(JSON.parse(examination.text)).toMatchObject({ ok: code === 0 })
    },
  )

  it('[AUTHZ-20] reports that One Login rejects unsigned requests', async () => {
    const op = await providerWith({ requestObjectRequired: true })
    const { checks, code } = await examined(variablesFor(op))
    expect(checks.find(({ check }) => check === 'request object')).toMatchObject({
      outcome: 'ok',
      message: expect.stringContaining('rejects an unsigned request') as string,
    })
    expect(code).toBe(0)
  })

  it('[AUTHZ-20] reports an unknown result if One Login does not respond to the unsigned request', async () => {
    const op = await providerWith({ requestObjectRequired: false })
    op.breakUntilReset('authorize', 'temporarily-unavailable')
    op.breakNext('authorize', 'wrong-iss')
    const { checks, code } = await examined(variablesFor(op))
    expect(checks.find(({ check }) => check === 'request object')).toMatchObject({
      outcome: 'unknown',
      message: expect.stringContaining('Could not check whether') as string,
    })
    expect(code).toBe(1)
  })

  it('[AUTHZ-20] shows the warning in its own line, and counts it', async () => {
    const op = await providerWith({ requestObjectRequired: false })
    const { stdout } = await run(['doctor'], variablesFor(op))
    expect(stdout).toMatch(/^WARN {2}request object .*JarValidationRequired/m)
    expect(stdout).toContain('All is well. 1 warning.')
  })

  it('signs no user in and exchanges no code', async () => {
    const op = await providerWith()
    await examined(variablesFor(op), ['--level', 'P2'])
    expect(op.requests.filter(({ endpoint }) => endpoint === 'userinfo' || endpoint === 'sign-in')).toEqual(
      [],
    )
    const tokens = op.requests.filter(({ endpoint }) => endpoint === 'token')
    expect(tokens.map(({ status }) => status)).toEqual([400])
  })

  it('finds several problems in one run', async () => {
    const op = await providerWith({ scopes: ['openid'], claims: ['coreIdentityJWT'], identityEnabled: false })
    const env = { ...variablesFor(op), ONE_LOGIN_SCOPE: 'openid email', ONE_LOGIN_CLAIMS: 'address' }
    const { problems, calls } = await examined(env, ['--level', 'P2'])
    expect(problems).toEqual(['scope-not-registered', 'claim-not-registered', 'identity-not-enabled'])
    expect(calls).toBeLessThanOrEqual(30)
  })

  it('finds 8 misregistrations in one run, although the wrong redirect URI hides others', async () => {
    const op = await providerWith({
      publicKeys: [anotherKey.publicKey],
      redirectUris: ['http://127.0.0.1:3000/auth/callback/'],
      scopes: ['openid', 'email'],
      claims: ['coreIdentityJWT', 'address', 'returnCode'],
      levels: ['P0', 'P2'],
    })
    await using service = await startScriptedServer(json({ keys: [{ kid: 'x', kty: 'RSA', p: 'leaked' }] }))
    const { problems, calls, checks } = await examined(
      {
        ...variablesFor(op),
        ONE_LOGIN_ISSUER: op.issuer.slice(0, -1),
        ONE_LOGIN_CALLBACK_URL: 'http://127.0.0.1:3000/auth/callback',
        ONE_LOGIN_SCOPE: 'openid email phone wallet-subject-id',
        ONE_LOGIN_CLAIMS: 'address passport drivingPermit',
        ONE_LOGIN_SCOPES: 'openid',
      },
      ['--level', 'P3', '--jwks-url', service.url],
    )
    expect(problems).toEqual([
      'variable-unknown',
      'issuer-slash',
      'key-not-registered',
      'redirect-uri-not-registered',
      'scope-not-registered',
      'claim-not-registered',
      'level-not-registered',
      'jwks-private-member',
    ])
    const redirect = checks.find(({ problem }) => problem === 'redirect-uri-not-registered')
    expect(redirect?.message).toContain('but http://127.0.0.1:3000/auth/callback/ is')
    expect(calls).toBeLessThanOrEqual(30)
  })

  it.each([
    ['http://localhost:3000/auth/callback', 'http://127.0.0.1:3000/auth/callback'],
    ['https://service.example/Callback', 'https://service.example/callback'],
    ['https://service.example/callback', 'http://service.example/callback'],
  ])('names the redirect URI that is registered instead of %s', async (callbackURL, registered) => {
    const op = await providerWith({ redirectUris: [registered], scopes: ['openid'] })
    const env = { ...variablesFor(op), ONE_LOGIN_CALLBACK_URL: callbackURL, ONE_LOGIN_SCOPE: 'openid email' }
    const { problems, checks } = await examined(env)
    expect(problems).toEqual(['redirect-uri-not-registered', 'scope-not-registered'])
    expect(JSON.stringify(checks)).toContain(`but ${registered} is`)
  })

  it('continues with the redirect URI of --redirect-uri', async () => {
    const op = await providerWith({ redirectUris: ['https://a.example/elsewhere'], scopes: ['openid'] })
    const env = {
      ...variablesFor(op),
      ONE_LOGIN_CALLBACK_URL: 'https://service.example/callback',
      ONE_LOGIN_SCOPE: 'openid email',
    }
    const without = await examined(env)
    expect(without.problems).toEqual(['redirect-uri-not-registered'])
    expect(without.text).toContain('--redirect-uri')
    const { problems } = await examined(env, ['--redirect-uri', 'https://a.example/elsewhere'])
    expect(problems).toEqual(['redirect-uri-not-registered', 'scope-not-registered'])
  })

  it('names all scopes and claims that are not registered', async () => {
    const op = await providerWith({ scopes: ['openid'], claims: [], levels: ['P0', 'P2'] })
    const env = {
      ...variablesFor(op),
      ONE_LOGIN_SCOPE: 'openid email phone wallet-subject-id',
      ONE_LOGIN_CLAIMS: 'coreIdentityJWT address passport drivingPermit returnCode',
    }
    const { problems, checks, calls } = await examined(env, ['--level', 'P3'])
    expect(problems).toEqual(['scope-not-registered', 'claim-not-registered', 'level-not-registered'])
    const claims = checks.find(({ check }) => check === 'claims')
    expect(claims?.message).toContain('coreIdentityJWT, address, passport, drivingPermit and returnCode are')
    expect(op.requests).toHaveLength(calls)
  })

  it('names all candidates if no calls are left to find the rejected ones', async () => {
    const items = ['a', 'b', 'c']
    const { items: named, areAllFound } = await findCulprits(items, () => Promise.resolve(true), {
      left: 1,
    })
    expect([named, areAllFound]).toEqual([items, false])
  })

  it('reports what it could not check if One Login is too busy to respond', async () => {
    const op = await providerWith()
    op.breakUntilReset('token', '503')
    op.breakUntilReset('authorize', '429')
    const { code, checks, problems } = await examined(variablesFor(op))
    expect([code, problems]).toEqual([1, []])
    const unknown = checks.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check)
    expect(unknown).toEqual(['client', 'redirect URI', 'request object', 'scope', 'claims', 'level'])
  })
})

describe('doctor, for the registered JWKS', () => {
  const registeredAt = async (response: Responder, problem: readonly Problem[]) => {
    await using service = await startScriptedServer(response)
    const op = await providerWith({ jwksURL: `${service.url}/jwks` })
    const { problems, checks } = await examined(variablesFor(op))
    expect(new Set(problems)).toEqual(new Set(problem))
    return checks
  }

  it('[KEY-2] says that One Login cannot read it', async () => {
    const checks = await registeredAt(text('gone', {}, 500), ['published-keys-unreadable'])
    expect(JSON.stringify(checks)).toContain('JWKS URL')
  })

  it('[KEY-3] says that the key is not in it', async () => {
    await registeredAt(json({ keys: [] }), ['published-keys-unreadable'])
  })
})
