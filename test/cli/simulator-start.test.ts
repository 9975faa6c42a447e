import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { optionsFromEnvironment } from '../../lib/index.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { dotenvLine } from '../../lib/cli/simulator/service-variables.ts'
import { readCommandSettings } from '../../lib/cli/simulator/command-settings.ts'
import { run, startSimulatorCommand } from './command-run.ts'
import { outcomeOf, sendAuthorize } from './official-requests.ts'
import { freePort } from '../support/listen.ts'

describe('the port and the address of the simulator', () => {
  it.each([
    [{}, {}, 3535, undefined],
    [
      { port: '4000' },
      { PORT: '5000', SIMULATOR_URL: 'http://localhost:6000' },
      4000,
      'http://localhost:6000/',
    ],
    [{}, { PORT: '5000', SIMULATOR_URL: 'http://localhost:6000' }, 5000, 'http://localhost:6000/'],
    [{}, { SIMULATOR_URL: 'http://one-login.localhost:6000' }, 6000, 'http://one-login.localhost:6000/'],
    [{}, { SIMULATOR_URL: 'https://simulator.example:8443' }, 3535, 'https://simulator.example:8443/'],
    [{}, { PORT: '5000' }, 5000, 'http://localhost:3000/'],
    [{ port: '5000' }, {}, 5000, undefined],
    [{ port: '4000' }, { PORT: '5000' }, 4000, undefined],
    [{}, { PORT: '', SIMULATOR_URL: ' ' }, 3535, undefined],
  ])('[SIM-4] with the flags %j and the variables %j are %s and %s', async (flags, env, port, url) => {
    expect(await readCommandSettings(flags, env)).toMatchObject({ port, url })
  })

  it('[SIM-4] PORT does not change the address, and the output says so', async () => {
    const { stdout } = await run(['simulator'], { PORT: String(await freePort()) })
    expect(stdout).toContain('ONE_LOGIN_ISSUER=http://localhost:3000/')
    expect(stdout).toContain('use --port or SIMULATOR_URL')
  })

  it('[SIM-4] writes the line that scripts wait for', async () => {
    const port = String(await freePort())
    const { stdout } = await run(['simulator', '--port', port])
    expect(stdout).toContain(`# GOV.UK One Login simulator: http://localhost:${port}/\n`)
    expect(stdout).not.toContain('PORT sets only the port')
    expect(stdout.split('\n')).toContain(`Server is running at http://localhost:${port}`)
    const { stdout: events } = await run(['simulator', '--port', port, '--json'])
    expect(events).toContain(`Server is running at http://localhost:${port}`)
  })
})

describe('an address with a path', () => {
  it.each([
    ['with its path', (url: string) => url],
    ['without it, as a proxy sends them', (url: string) => new URL(url).origin + '/'],
  ])('[SIM-4] serves requests %s', async (_how, address) => {
    const port = String(await freePort())
    const simulator = await startSimulatorCommand(
      { SIMULATOR_URL: `http://127.0.0.1:${port}/one-login/simulator` },
      ['--port', port],
    )
    expect(simulator.url).toBe(`http://127.0.0.1:${port}/one-login/simulator/`)
    const base = address(simulator.url)
    const discovery = (await (await fetch(`${base}.well-known/openid-configuration`)).json()) as object
    expect(discovery).toMatchObject({
      issuer: simulator.url,
      authorization_endpoint: `${simulator.url}authorize`,
    })
    expect(await outcomeOf(await sendAuthorize({ ...simulator, url: base }))).toBe('302 code')
    expect((await fetch(`${base}config`)).status).toBe(200)
  })
})

describe('the printed variables', () => {
  it('[SIM-1] are a working .env file, for the service of --callback', async () => {
    const callback = 'http://localhost:3000/auth/callback'
    const { stdout } = await run([
      'simulator',
      '--port',
      '0',
      '--callback',
      callback,
      '--callback',
      `${callback}/2`,
    ])
    const env = parseEnv(stdout)
    expect(parseStrategyOptions(optionsFromEnvironment(env))).toMatchObject({
      callbackURL: callback,
      postLogoutRedirectURL: 'http://localhost:3000/',
    })
  })

  it('[SIM-1] the simulator accepts each --callback, and no other', async () => {
    const callbacks = ['http://localhost:3000/auth/callback', 'http://localhost:3000/second?a=b']
    const simulator = await startSimulatorCommand(
      { REDIRECT_URLS: 'http://localhost:3000/third' },
      callbacks.flatMap((url) => ['--callback', url]),
    )
    for (const redirect_uri of callbacks)
      expect(await outcomeOf(await sendAuthorize(simulator, { redirect_uri }))).toBe('302 code')
    expect(
      await outcomeOf(await sendAuthorize(simulator, { redirect_uri: 'http://localhost:3000/third' })),
    ).toBe('400 Invalid request')
    const { clientConfiguration } = await simulator.configuration()
    expect(clientConfiguration.postLogoutRedirectUrls).toEqual([
      'http://localhost:3000/',
      'http://localhost:3000/signed-out',
    ])
  })

  it.each(['plain', 'with space', 'a#b', `it's`, `"'`, 'a=b', ''])(
    '[SIM-1] are quoted where an .env file needs it: %j',
    (value) => {
      expect(parseEnv(dotenvLine('NAME', value))).toEqual({ NAME: value })
    },
  )
})

describe('variables of the official simulator that are empty', () => {
  it('[SIM-4] count as not set', async () => {
    const names = ['CLIENT_ID', 'PUBLIC_KEY', 'PUBLIC_KEY_SOURCE', 'JWKS_URL', 'SCOPES', 'REDIRECT_URLS']
    names.push('POST_LOGOUT_REDIRECT_URLS', 'CLAIMS', 'IDENTITY_VERIFICATION_SUPPORTED', 'TOKEN_AUTH_METHOD')
    names.push('ID_TOKEN_SIGNING_ALGORITHM', 'CLIENT_LOCS', 'SUB', 'EMAIL', 'PHONE_NUMBER', 'ID_TOKEN_ERRORS')
    names.push('CORE_IDENTITY_ERRORS', 'AUTHORISE_ERRORS', 'CLIENT_SECRET', 'CLIENT_SECRET_HASH', 'HOST')
    names.push('INTERACTIVE_MODE', 'PKCE_ENABLED', 'EMAIL_VERIFIED', 'SIMULATOR_URL')
    const configured = async (env: Record<string, string>) => {
      const { simulatorUrl: _url, ...rest } = await (await startSimulatorCommand(env)).configuration()
      return rest
    }
    const usual = await configured({})
    for (const empty of ['', ' '])
      expect(await configured(Object.fromEntries(names.map((name) => [name, empty])))).toEqual(usual)
  })
})
