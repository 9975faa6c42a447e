import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isClockWrong } from '../../lib/cli/doctor/clock-check.ts'
import { problems, type Problem } from '../../lib/cli/doctor/finding.ts'
import { registryOf } from '../../lib/cli/doctor/registry.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import type { Simulator } from '../../lib/simulator/index.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { run, runProcess } from './command-run.ts'
import { examined, startProvider } from './examination.ts'
import { variablesFor } from './service-variables.ts'

const pem = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

/** Valid variables, for a provider that is never called because each test breaks one. */
const right = {
  ONE_LOGIN_ENVIRONMENT: 'integration',
  ONE_LOGIN_CLIENT_ID: 'a-client',
  ONE_LOGIN_CALLBACK_URL: 'https://service.example/callback',
  ONE_LOGIN_CLIENT_SECRET: 'a-secret',
}

const simulator = {
  ONE_LOGIN_ENVIRONMENT: undefined,
  ONE_LOGIN_ISSUER: 'http://127.0.0.1:1/',
  ONE_LOGIN_DID_DOCUMENT_URL: 'http://127.0.0.1:1/did.json',
  ONE_LOGIN_DID_CONTROLLER: 'did:web:127.0.0.1',
  ONE_LOGIN_CORE_IDENTITY_ISSUER: 'http://127.0.0.1:1/',
  ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
}

afterEach(() => {
  vi.useRealTimers()
})

describe('doctor, for the options', () => {
  it.each<[string, Record<string, string | undefined>, Problem, string]>([
    ['no environment', { ONE_LOGIN_ENVIRONMENT: undefined }, 'options-wrong', 'ONE_LOGIN_ENVIRONMENT'],
    [
      'an unknown environment',
      { ONE_LOGIN_ENVIRONMENT: 'staging' },
      'options-wrong',
      'ONE_LOGIN_ENVIRONMENT',
    ],
    ['no client id', { ONE_LOGIN_CLIENT_ID: undefined }, 'options-wrong', 'ONE_LOGIN_CLIENT_ID'],
    ['no callback URL', { ONE_LOGIN_CALLBACK_URL: '' }, 'options-wrong', 'ONE_LOGIN_CALLBACK_URL'],
    [
      'a path as callback URL',
      { ONE_LOGIN_CALLBACK_URL: '/callback' },
      'options-wrong',
      'ONE_LOGIN_CALLBACK_URL',
    ],
    ['an unknown scope', { ONE_LOGIN_SCOPE: 'openid address' }, 'options-wrong', 'ONE_LOGIN_SCOPE'],
    ['a word for a number', { ONE_LOGIN_MAX_AGE: 'an hour' }, 'options-wrong', 'ONE_LOGIN_MAX_AGE'],
    [
      'an idle time longer than the absolute time',
      { ONE_LOGIN_SESSION_IDLE: '13h' },
      'options-wrong',
      'ONE_LOGIN_SESSION_IDLE',
    ],
    ['an identity with a secret', { ONE_LOGIN_VTR: 'Cl.Cm.P2' }, 'options-wrong', 'ONE_LOGIN_CLIENT_SECRET'],
    [
      'neither key nor secret',
      { ONE_LOGIN_CLIENT_SECRET: undefined },
      'key-missing',
      'ONE_LOGIN_PRIVATE_KEY',
    ],
    [
      'an empty key and an empty secret',
      { ONE_LOGIN_PRIVATE_KEY: ' ', ONE_LOGIN_CLIENT_SECRET: ' ' },
      'key-missing',
      'ONE_LOGIN_PRIVATE_KEY',
    ],
    ['key and secret', { ONE_LOGIN_PRIVATE_KEY: pem(2048) }, 'key-and-secret', 'ONE_LOGIN_CLIENT_SECRET'],
    ['an unknown claim', { ONE_LOGIN_CLAIMS: 'nationality' }, 'options-wrong', 'ONE_LOGIN_CLAIMS'],
    [
      'text that is not a DID',
      { ...simulator, ONE_LOGIN_DID_CONTROLLER: 'x' },
      'options-wrong',
      'ONE_LOGIN_DID_CONTROLLER',
    ],
  ])('names the variable: %s', async (_what, env, problem, variable) => {
    const { code, problems, checks, calls } = await examined({ ...right, ...env })
    expect([code, problems, calls]).toEqual([1, [problem], 0])
    expect(JSON.stringify(checks)).toContain(variable)
  })

  it('finds every problem of the options in one run', async () => {
    const { problems, checks, calls } = await examined({
      ONE_LOGIN_ENVIRONMENT: 'staging',
      ONE_LOGIN_CALLBACK_URL: '/callback',
      ONE_LOGIN_PRIVATE_KEY: 'x',
      ONE_LOGIN_SCOPE: 'openid address',
      ONE_LOGIN_MAX_AGE: 'an hour',
      ONE_LOGIN_CLIENTID: 'x',
    })
    expect([...problems].sort()).toEqual([
      'key-wrong',
      ...Array<string>(5).fill('options-wrong'),
      'variable-unknown',
    ])
    for (const name of ['ENVIRONMENT', 'CLIENT_ID', 'CALLBACK_URL', 'PRIVATE_KEY', 'SCOPE', 'MAX_AGE'])
      expect(JSON.stringify(checks)).toContain(`ONE_LOGIN_${name}`)
    expect(calls).toBe(0)
  })

  it.each([
    ['ONE_LOGIN_CALLBACK_URI', 'Rename it to ONE_LOGIN_CALLBACK_URL.'],
    ['ONELOGIN_UI_LOCALES', 'Rename it to ONE_LOGIN_UI_LOCALES.'],
    ['GOVUK_ONE_LOGIN_SCOPES', 'Rename it to ONE_LOGIN_SCOPE.'],
    ['one_login_vtr', 'Rename it to ONE_LOGIN_VTR.'],
    ['ONE_LOGIN_CLIENT_IDD', 'Remove it, because ONE_LOGIN_CLIENT_ID is set too.'],
    ['ONE_LOGIN_FOO', 'Remove it, or give it a name that does not start with ONE_LOGIN_.'],
  ])('explains what to do with the unknown variable %s', async (variable, remedy) => {
    const { ONE_LOGIN_CALLBACK_URL: _url, ...env } = right
    const { checks } = await examined({ ...env, [variable]: 'x' })
    expect(checks.find(({ problem }) => problem === 'variable-unknown')?.remedy).toBe(remedy)
  })

  it('names a misspelt variable and the likely right one', async () => {
    const { ONE_LOGIN_CLIENT_ID: id, ...env } = right
    const { problems, checks } = await examined({ ...env, ONE_LOGIN_CLIENTID: id })
    expect(problems).toEqual(['variable-unknown', 'options-wrong'])
    expect(checks[0]?.remedy).toContain('ONE_LOGIN_CLIENT_ID')
  })

  it.each<[string, string, string]>([
    ['too short', pem(1024), '1024 bits'],
    ['no RSA key', ecKey, 'EC key'],
    ['cut off', pem(2048).slice(0, 400), 'PEM'],
    ['the public key', 'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK==', 'ONE_LOGIN_PRIVATE_KEY'],
  ])('[KEY-1] reports that the key is %s', async (_what, key, words) => {
    const { problems, checks } = await examined({
      ...right,
      ONE_LOGIN_CLIENT_SECRET: undefined,
      ONE_LOGIN_PRIVATE_KEY: key,
    })
    expect(problems).toEqual(['key-wrong'])
    expect(JSON.stringify(checks)).toContain(words)
  })

  it('[KEY-1] [KEY-3] shows the size and kid of a valid key', async () => {
    const op = await startProvider()
    const { checks } = await examined(variablesFor(op))
    const kid = parseStrategyOptions(op.options).signers[0]?.kid ?? ''
    expect(checks.find(({ check }) => check === 'key')?.message).toMatch(/2048 bits/)
    expect(checks.find(({ check }) => check === 'key')?.message).toContain(kid)
  })
})

describe('doctor, for the provider’s documents', () => {
  const found = async (op: Simulator, env: Record<string, string> = {}) =>
    examined({ ...variablesFor(op), ...env })

  it.each<[string, (op: Simulator) => void, Problem]>([
    ['of another issuer', (op) => op.breakUntilReset('discovery', 'wrong-issuer'), 'discovery-unusable'],
    [
      'missing an endpoint',
      (op) => op.breakUntilReset('discovery', 'no-token-endpoint'),
      'discovery-unusable',
    ],
    ['not available', (op) => op.breakUntilReset('discovery', '503'), 'discovery-unusable'],
    ['without keys', (op) => op.breakUntilReset('jwks', 'empty-keys'), 'jwks-unusable'],
    ['HTML', (op) => op.breakUntilReset('jwks', 'html'), 'jwks-unusable'],
    ['of another controller', (op) => op.breakUntilReset('did', 'wrong-controller'), 'did-document-unusable'],
    ['cut off', (op) => op.breakUntilReset('did', 'reset'), 'did-document-unusable'],
  ])('[CONF-1] reports that one is %s', async (_what, breakIt, problem) => {
    const op = await startProvider()
    breakIt(op)
    const { code, problems } = await found(op)
    expect([code, problems]).toEqual([1, [problem]])
  })

  it('[CID-2] reports that the DID document is not at the address in the variable', async () => {
    const op = await startProvider()
    const { problems, checks } = await found(op, { ONE_LOGIN_DID_DOCUMENT_URL: `${op.url}did.json` })
    expect(problems).toEqual(['did-document-unusable'])
    expect(JSON.stringify(checks)).toContain('ONE_LOGIN_DID_DOCUMENT_URL')
  })

  it('[CONF-1] reports that the issuer does not respond', async () => {
    const op = await startProvider()
    await op.stopListening()
    const { problems, checks } = await found(op)
    expect(problems).toEqual(['discovery-unusable', 'did-document-unusable'])
    expect(JSON.stringify(checks)).toContain('ECONNREFUSED')
  })
})

describe('doctor, for the clock', () => {
  it.each([
    [600, 'behind'],
    [-600, 'ahead of'],
  ])('reports that it is wrong by %i s', async (seconds, words) => {
    const op = await startProvider()
    op.clock.advance(seconds)
    const { code, problems, checks } = await examined(variablesFor(op))
    expect(code).toBe(1)
    expect(new Set(problems)).toEqual(new Set(['clock-wrong']))
    const message = checks.find(({ check }) => check === 'clock')?.message ?? ''
    expect(message).toContain(words)
    expect(Math.abs(Number(/\d+/.exec(message)?.[0]) - 600)).toBeLessThanOrEqual(3)
  })

  it.each([
    [30, 30, false],
    [-30, 30, false],
    [30.6, 30, true],
    [-31, 30, true],
    [45, 60, true],
    [10, 5, true],
    [5, 5, false],
    [undefined, 30, false],
  ])(
    'a difference of %s s with a tolerance of %s s is wrong: %s',
    (clockDifference, clockTolerance, isWrong) => {
      expect(isClockWrong({ clockTolerance }, { clockDifference })).toBe(isWrong)
    },
  )

  it('accepts a difference of a few seconds', async () => {
    const op = await startProvider()
    op.clock.advance(10)
    expect((await examined(variablesFor(op))).problems).toEqual([])
  })

  it('adds the age of a cached response', async () => {
    const op = await startProvider()
    const discovery = (await (await fetch(`${op.issuer}.well-known/openid-configuration`)).json()) as object
    const headers = { date: new Date(Date.now() - 3_600_000).toUTCString(), age: '3600' }
    await using cache = await startScriptedServer(text(''))
    // Only the cache responds: no endpoint returns the current time.
    const endpoints = {
      jwks_uri: `${cache.url}/jwks`,
      token_endpoint: 'http://127.0.0.1:9/token',
      authorization_endpoint: 'http://127.0.0.1:9/authorize',
    }
    cache.respondWith(json({ ...discovery, issuer: `${cache.url}/`, ...endpoints }, headers))
    const { checks } = await examined({
      ...variablesFor(op),
      ONE_LOGIN_ISSUER: `${cache.url}/`,
      ONE_LOGIN_DID_DOCUMENT_URL: `${cache.url}/did.json`,
    })
    expect(checks.find(({ check }) => check === 'clock')?.outcome).toBe('ok')
  })
})

describe('doctor, for the keys that the service publishes', () => {
  const published = async (op: Simulator, response: Responder) => {
    await using service = await startScriptedServer(response)
    return await examined(variablesFor(op), ['--jwks-url', `${service.url}/jwks`])
  }

  const jwkOf = (op: Simulator) => {
    const [signer] = parseStrategyOptions(op.options).signers
    return { ...signer?.publicJwk, kid: signer?.kid, use: 'sig' }
  }

  it('[KEY-2] [KEY-3] passes if the signing key is among them', async () => {
    const op = await startProvider()
    const { code, problems, checks } = await published(op, json({ keys: [jwkOf(op)] }))
    expect([code, problems]).toEqual([0, []])
    expect(checks.at(-1)?.check).toBe('published keys')
  })

  it.each<[string, (jwk: Record<string, unknown>) => Responder, Problem]>([
    ['the signing key is missing', (jwk) => json({ keys: [{ ...jwk, kid: 'another' }] }), 'jwks-key-missing'],
    ['another key has its kid', (jwk) => json({ keys: [{ ...jwk, n: 'AQAB' }] }), 'jwks-key-differs'],
    ['the key is for encryption', (jwk) => json({ keys: [{ ...jwk, use: 'enc' }] }), 'jwks-key-differs'],
    [
      'a private member is shown',
      (jwk) => json({ keys: [jwk, { ...jwk, kid: 'b', d: 'AQAB' }] }),
      'jwks-private-member',
    ],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map<
      [string, (jwk: Record<string, unknown>) => Responder, Problem]
    >((member) => [
      `the private member ${member} of the signing key is shown`,
      (jwk) => json({ keys: [{ ...jwk, [member]: 'AQAB' }] }),
      'jwks-private-member',
    ]),
    [
      'the key is for another algorithm',
      (jwk) => json({ keys: [{ ...jwk, alg: 'RS512' }] }),
      'jwks-key-differs',
    ],
    ['the key has another exponent', (jwk) => json({ keys: [{ ...jwk, e: 'Aw' }] }), 'jwks-key-differs'],
    ['2 keys have the same kid', (jwk) => json({ keys: [jwk, jwk] }), 'jwks-malformed'],
    ['a key has no kid', (jwk) => json({ keys: [jwk, { ...jwk, kid: undefined }] }), 'jwks-malformed'],
    ['it is a page', () => text('<!DOCTYPE html>'), 'jwks-malformed'],
    ['it is one key', (jwk) => json(jwk), 'jwks-malformed'],
    ['it is not found', () => text('', {}, 404), 'jwks-unreachable'],
    ['it redirects', () => text('', { location: 'https://elsewhere.example/' }, 302), 'jwks-unreachable'],
  ])('[KEY-2] reports that %s', async (_what, response, problem) => {
    const op = await startProvider()
    const { code, problems } = await published(op, response(jwkOf(op)))
    expect([code, problems]).toEqual([1, [problem]])
  })

  it('[KEY-2] reports that it is too slow for One Login', async () => {
    const op = await startProvider()
    const { problems } = await published(op, (response) => {
      // The clock of the test moves by more than 5 seconds.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6000 })
      json({ keys: [jwkOf(op)] })(response, { method: '', url: '', headers: {}, body: '' })
    })
    expect(problems).toContain('jwks-unreachable')
  })

  it('[KEY-2] requires https', async () => {
    const op = await startProvider()
    const { problems } = await examined(variablesFor(op), ['--jwks-url', 'http://service.example/jwks'])
    expect(problems).toEqual(['jwks-url-insecure'])
  })
})

describe('doctor, for its output', () => {
  it.each([[[]], [['--json']]])('shows no secret, flags %j', async (flags) => {
    const op = await startProvider({ client: { publicKeys: [] } })
    const env = variablesFor(op)
    const { stdout, stderr } = await run(['doctor', '--level', 'P2', ...flags], env)
    const key = env.ONE_LOGIN_PRIVATE_KEY?.split('\n')[5] ?? 'none'
    for (const secret of [key, 'eyJ', 'PRIVATE KEY']) expect(stdout + stderr).not.toContain(secret)
    const secretEnv = { ...env, ONE_LOGIN_PRIVATE_KEY: undefined, ONE_LOGIN_CLIENT_SECRET: 'hush-hush-hush' }
    const second = await run(['doctor', ...flags], secretEnv)
    expect(second.stdout + second.stderr).not.toContain('hush-hush-hush')
  })

  it('writes one line for each check, and a sum', async () => {
    const op = await startProvider({ client: { redirectUris: [] } })
    const env = { ...variablesFor(op), ONE_LOGIN_CALLBACK_URL: 'http://127.0.0.1:3000/auth/callback' }
    const { checks } = await examined(env)
    const { code, stdout } = await run(['doctor'], env)
    const [lines = '', sum] = stdout.trim().split('\n\n')
    expect(lines.split('\n')).toHaveLength(checks.length)
    expect(lines).toMatch(/^FIX  {2}redirect URI/m)
    expect(sum).toContain('1 to fix')
    expect(code).toBe(1)
  })

  it('reads a file of variables, after those of the environment', async () => {
    const op = await startProvider()
    const directory = await mkdtemp(join(tmpdir(), 'one-login-doctor-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const file = join(directory, '.env')
    const all = { ...variablesFor(op), ONE_LOGIN_CLIENT_ID: 'somebody-else' }
    const lines = Object.entries(all).map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"`)
    await writeFile(file, lines.join('\n'))
    expect((await examined({}, ['--env-file', file])).problems).toEqual(['client-unknown'])
    const env = { ONE_LOGIN_CLIENT_ID: op.options.clientId }
    expect((await examined(env, ['--env-file', file])).code).toBe(0)
    const another = join(directory, 'another.env')
    await writeFile(another, `ONE_LOGIN_CLIENT_ID=${op.options.clientId}`)
    const flags = ['--env-file', file, '--variables', another]
    expect((await examined({}, flags)).code).toBe(0)
  })

  it.each([
    ['--variables', '/nowhere/.env', 'does not exist'],
    ['--env-file', '/nowhere/.env', 'does not exist'],
    ['--variables', tmpdir(), 'is a folder, not a file'],
    ['--env-file', tmpdir(), 'is a folder, not a file'],
  ])('exits with 2 and says what is wrong with %s %s', async (flag, file, words) => {
    const { code, stdout, stderr } = await run(['doctor', flag, file], right)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`${flag}: ${file} ${words}.`)
  })

  it('exits with 2 and its own message on every Node version, with --variables', async () => {
    const { code, stderr } = await runProcess(['doctor', '--variables', '/nowhere/.env'])
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      '--variables: /nowhere/.env does not exist. Check the path and the permissions of the file.',
    ])
  })

  it('has its problem IDs in the documentation, and no other', () => {
    const text = readFileSync(new URL('../../docs/reference/command.md', import.meta.url), 'utf8')
    const [table = ''] = /\| Check \| `problem`(?:.*\n\|)+.*/.exec(text) ?? []
    const documented = table
      .split('\n')
      .flatMap((line) => (line.split('|')[2] ?? '').match(/[a-z]+(?:-[a-z]+)+/g) ?? [])
    expect(documented.sort()).toEqual([...problems].sort())
  })

  it('suggests the right name for a variable if the right one is empty', async () => {
    const { checks } = await examined({ ...right, ONE_LOGIN_CLIENT_ID: ' ', ONE_LOGIN_CLIENTID: 'a' })
    const { remedy } = checks.find(({ problem }) => problem === 'variable-unknown') ?? {}
    expect(remedy).toBe('Rename it to ONE_LOGIN_CLIENT_ID.')
  })

  it.each([
    ['https://oidc.integration.account.gov.uk/', 'in the One Login admin tool'],
    ['https://oidc.account.gov.uk/', 'with One Login (Live Service Hub)'],
    ['http://127.0.0.1:3535/', "in the simulator's registration"],
  ])('says where to change the registration of a client at %s', (issuer, place) => {
    expect(registryOf({ environment: { issuer } })).toBe(place)
  })

  it.each([['an unknown level', ['--level', 'P9']]])('exits with 2 for %s', async (_what, flags) => {
    expect((await run(['doctor', ...flags], right)).code).toBe(2)
  })

  it('runs as a process: 0 if all is well, 1 if something needs fixing', async () => {
    const op = await startProvider()
    const env = variablesFor(op)
    const well = await runProcess(['doctor', '--level', 'P2'], env)
    expect([well.code, well.stderr]).toEqual([0, ''])
    expect(well.stdout).toContain('All is well.')
    const ill = await runProcess(['doctor'], { ...env, ONE_LOGIN_CLIENT_ID: 'nobody' })
    expect(ill.code).toBe(1)
    expect(ill.stdout).toMatch(/^FIX  {2}client/m)
  })
})
