import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readyUser } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { readiness, run, startProcess, startSimulatorCommand } from './command-run.ts'
import { authorize, pressButton, visit, vocabulary } from './official-visit.ts'
import { listen } from '../support/listen.ts'

async function configFile(content: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'one-login-simulator-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'config.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

describe('simulator', () => {
  it('[SIM-1] prints the variables for a service with this library', async () => {
    const simulator = await startSimulatorCommand()
    const { status, body } = await visit(simulator)
    expect(status).toBe(200)
    expect(body).toMatchObject({ email: 'test@example.com', identity: { proven: true, level: 'P2' } })
  })

  it('[SIM-1] runs as a process until it is stopped, and exits with 0', async () => {
    const { child, stdout, ended } = startProcess(['simulator', '--port', '0', '--json'])
    const { url } = await readiness(stdout, ended)
    const discovery = (await (await fetch(new URL('.well-known/openid-configuration', url))).json()) as object
    expect(discovery).toMatchObject({ issuer: url })
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
  })

  it('[SIM-1] closes its port when it is stopped', async () => {
    const simulator = await startSimulatorCommand()
    expect((await fetch(simulator.url)).status).toBe(200)
    expect(await simulator.stop()).toBe(0)
    await expect(fetch(simulator.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('[SIM-1] writes its variables for people, with a line for each request', async () => {
    const { stdout, ended, child } = startProcess(['simulator', '--port', '0'])
    const written = async (words: RegExp) => {
      while (!words.test(stdout.text)) await new Promise((resolve) => stdout.once('text', resolve))
      return words.exec(stdout.text)?.[1] ?? ''
    }
    const url = await written(/^ONE_LOGIN_ISSUER=(.+)$/m)
    await fetch(new URL('authorize?client_id=nobody&redirect_uri=http://127.0.0.1/', url))
    await written(/^400 {2}GET \/authorize {2}(.+)$/m)
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
  })

  it('[SIM-2] says what is wrong with each request', async () => {
    const simulator = await startSimulatorCommand()
    await authorize(simulator, { client_id: 'nobody' })
    expect(simulator.lines()).toEqual([
      {
        event: 'request',
        method: 'GET',
        path: '/authorize',
        status: 400,
        problem: expect.any(String) as string,
      },
    ])
  })

  it('[SIM-1] uses the port from --port, or from PORT', async () => {
    await using occupied = await listen(createServer())
    const port = String(occupied.port)
    const { code, stderr } = await run(['simulator'], { PORT: port })
    expect(code).toBe(1)
    expect(stderr).toContain(port)
    expect((await run(['simulator', '--port', '0'], { PORT: port })).code).toBe(0)
  })

  it.each([
    ['text that is not a port', ['--port', 'http'], {}],
    ['a PORT that is not a port', [], { PORT: '70000' }],
    ['an address with a query', [], { SIMULATOR_URL: 'http://127.0.0.1:3000/?a=1' }],
    ['a callback that is not a URL', ['--callback', '/auth/callback'], {}],
    ['an empty port', ['--port', ''], {}],
    ['an unknown fault', [], { ID_TOKEN_ERRORS: 'INVALID_ISS,INVALID_EVERYTHING' }],
    ['an unknown claim', [], { CLAIMS: 'coreIdentityJWT' }],
    ['text that is not a public key', [], { PUBLIC_KEY: 'abc' }],
    ['the hash of a secret', [], { CLIENT_SECRET_HASH: '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA' }],
    ['an unknown way to authenticate', [], { TOKEN_AUTH_METHOD: 'client_secret_basic' }],
    ['a missing file', ['--config', '/nowhere/config.json'], {}],
  ])('exits with 2 for %s', async (_what, flags, env) => {
    const { code, stdout, stderr } = await run(['simulator', ...flags], env)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('simulator --help')
  })

  it('[SIM-3] shows a page on which a person chooses who signs in, with --interactive or INTERACTIVE_MODE', async () => {
    for (const simulator of [
      await startSimulatorCommand({}, ['--interactive']),
      await startSimulatorCommand({ INTERACTIVE_MODE: 'true' }),
    ]) {
      const { ONE_LOGIN_CLIENT_ID: id = '', ONE_LOGIN_CALLBACK_URL: callback = '' } = simulator.variables
      const query = new URLSearchParams({
        response_type: 'code',
        scope: 'openid',
        client_id: id,
        redirect_uri: callback,
        state: 's',
        nonce: 'n',
      })
      const { status, body } = await new Browser().send(`${simulator.url}authorize?${query.toString()}`)
      expect(status).toBe(200)
      expect(body).toContain('<form')
    }
  })
})

describe('simulator, with a configuration file', () => {
  it('[SIM-3] registers the service, responds and sets faults as the file says', async () => {
    const file = await configFile({
      registration: { clientId: 'from-the-file', scopes: ['openid', 'email'] },
      response: { user: 'many-given-names' },
      faults: { 'core-identity': ['expired'] },
    })
    const simulator = await startSimulatorCommand({ CLIENT_ID: 'from-the-environment' }, ['--config', file])
    expect(simulator.variables.ONE_LOGIN_CLIENT_ID).toBe('from-the-file')
    expect((await authorize(simulator, { scope: 'openid phone' })).searchParams.get('error')).toBe(
      'invalid_scope',
    )
    const { idToken, coreIdentity } = await pressButton(simulator, {
      scope: 'openid',
      vtr: '["Cl.Cm.P2"]',
      claims: JSON.stringify({ userinfo: { [`${vocabulary}coreIdentityJWT`]: null } }),
    })
    expect(idToken.sub).toBe(readyUser('many-given-names').sub)
    expect(coreIdentity?.exp).toBeLessThan(Date.now() / 1000)
  })

  it('[SIM-3] keeps the faults of the file when /config removes its own', async () => {
    const simulator = await startSimulatorCommand({}, [
      '--config',
      await configFile({ faults: { 'id-token': ['wrong-issuer'] } }),
    ])
    await simulator.configure({ errorConfiguration: { idTokenErrors: ['INVALID_AUD'] } })
    await simulator.configure({})
    const { idToken } = await pressButton(simulator)
    expect(idToken.iss).toBe('https://issuer.example/')
    expect(idToken.aud).toBe(simulator.variables.ONE_LOGIN_CLIENT_ID)
  })

  it.each<[string, unknown, string]>([
    ['is not JSON', '{', 'JSON'],
    [
      'has an unknown member',
      { registration: { redirectUrl: 'http://a.example' } },
      'registration.redirectUrl',
    ],
    ['has an unknown user', { response: { user: 'nobody' } }, 'response.user'],
    ['is a list', [], 'must be an object'],
    [
      'has a misspelt member of a user',
      { response: { user: { sub: 'x', emial: 'x' } } },
      'Did you mean email?',
    ],
    [
      'has a misspelt member of an identity',
      { response: { user: { sub: 'x', identity: { level: 'P2', name: [] } } } },
      'response.user.identity.name is unknown. Did you mean names?',
    ],
    [
      'has a misspelt member of a passport',
      {
        response: {
          user: {
            sub: 'x',
            identity: { level: 'P2', names: [], birthDates: [], passports: [{ documentNumbr: '1' }] },
          },
        },
      },
      'passports.0.documentNumbr is unknown. Did you mean documentNumber?',
    ],
    ['has a list as its response', { response: [] }, 'response must be an object'],
    ['has a list as its faults', { faults: [] }, 'faults must be an object'],
    ['has a misspelt member', { responce: {} }, 'Did you mean response?'],
    ['has a port that is too high', { port: 70_000 }, 'port must be at most 65535'],
    ['has 2 problems', { port: 'x', interactive: 1 }, 'interactive must be true or false'],
    ['has an unknown fault', { faults: { 'id-token': ['wrong-everything'] } }, 'faults.id-token'],
    ['has a fault of an unknown place', { faults: { 'id-tokens': ['expired'] } }, 'id-tokens'],
  ])('exits with 2 if the file %s', async (_what, content, words) => {
    const { code, stderr } = await run(['simulator', '--config', await configFile(content)])
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })
})
