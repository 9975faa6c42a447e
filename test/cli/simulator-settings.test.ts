import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fileProblem } from '../../lib/cli/file-problem.ts'
import { readInputFile, readJsonFile } from '../../lib/cli/input-file.ts'
import { listeningProblem } from '../../lib/cli/listening-problem.ts'
import { writeNewFiles } from '../../lib/cli/new-files.ts'
import { address } from '../../lib/cli/simulator/address.ts'
import { readCommandSettings } from '../../lib/cli/simulator/command-settings.ts'
import { readSettingsFile } from '../../lib/cli/simulator/settings-file.ts'
import { readOfficialEnvironment } from '../../lib/cli/simulator/official-environment.ts'
import { openPort } from '../../lib/cli/simulator/port.ts'
import { publicKeyPem } from '../../lib/cli/simulator/public-key.ts'
import { dotenvLine } from '../../lib/cli/simulator/service-variables.ts'
import { choiceOf, textOf, textsOf } from '../../lib/cli/subcommand.ts'
import { visible } from '../../lib/cli/terminal.ts'
import { readyUser, readyUserNames, simulatorFaults } from '../../lib/simulator/index.ts'
import { listen } from '../support/listen.ts'
import { startSimulatorCommand } from './command-run.ts'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-settings-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('the settings of the simulator command', () => {
  it.each(['0', '1', '65535'])('[SIM-1] accept the port %s', async (port) => {
    expect((await readCommandSettings({ port }, {})).port).toBe(Number(port))
    expect((await readCommandSettings({}, { PORT: ` ${port} ` })).port).toBe(Number(port))
  })

  it.each(['65536', '-1', '1.5', '1e3', '3000x', 'x3000', '000001', ' 1'])(
    '[SIM-1] reject the port "%s"',
    async (port) => {
      await expect(readCommandSettings({ port }, {})).rejects.toThrow(
        `"${port}" is not a port number. Use a whole number from 0 to 65535.`,
      )
    },
  )

  it.each([
    [{}, {}, '127.0.0.1'],
    [{}, { HOST: '0.0.0.0' }, '0.0.0.0'],
    [{ host: '::1' }, { HOST: '0.0.0.0' }, '::1'],
  ])('[SIM-1] with the flags %j and the variables %j listen on %s', async (flags, env, host) => {
    expect((await readCommandSettings(flags, env)).host).toBe(host)
  })

  it.each([
    [{}, {}, false, false],
    [{ interactive: true }, {}, true, false],
    [{}, { INTERACTIVE_MODE: 'true' }, true, true],
    [{ interactive: true }, { INTERACTIVE_MODE: 'true' }, true, false],
    [{}, { INTERACTIVE_MODE: 'yes' }, false, false],
  ])(
    '[SIM-3] with the flags %j and the variables %j are interactive: %s, with the official form: %s',
    async (flags, env, interactive, officialForm) => {
      expect(await readCommandSettings(flags, env)).toMatchObject({ interactive, officialForm })
    },
  )

  it('[SIM-3] come from the flags, then the file, then the environment', async () => {
    const file = join(await newFolder(), 'config.json')
    const settings = { port: 4000, host: '::1', url: 'http://a.example/x', interactive: false }
    await writeFile(file, JSON.stringify(settings))
    const env = { PORT: '5000', HOST: '0.0.0.0', SIMULATOR_URL: 'http://b.example', INTERACTIVE_MODE: 'true' }
    expect(await readCommandSettings({ config: file }, env)).toMatchObject({
      port: 4000,
      host: '::1',
      url: 'http://a.example/x/',
      interactive: false,
      officialForm: false,
      isPortOnly: false,
    })
    const flags = { config: file, port: '6000', host: '127.0.0.1', interactive: true }
    expect(await readCommandSettings(flags, env)).toMatchObject({
      port: 6000,
      host: '127.0.0.1',
      interactive: true,
    })
    await writeFile(file, '{"port":4000}')
    expect(await readCommandSettings({ config: file }, {})).toMatchObject({ port: 4000, isPortOnly: false })
  })

  it.each([
    ['http://a.example', 3535],
    ['http://a.example:80', 3535],
    ['http://a.example:81/x', 81],
    ['https://a.example:82', 3535],
  ])('[SIM-4] with SIMULATOR_URL %s use the port %i', async (url, port) => {
    expect((await readCommandSettings({}, { SIMULATOR_URL: url })).port).toBe(port)
  })

  it.each([
    [
      ['http://a.example/1', 'https://a.example/2'],
      {},
      [
        'http://a.example/',
        'http://a.example/signed-out',
        'https://a.example/',
        'https://a.example/signed-out',
      ],
    ],
    [['HTTP://a.example/1', 'http://a.example/2'], {}, ['http://a.example/', 'http://a.example/signed-out']],
    [['http://a.example/1'], { POST_LOGOUT_REDIRECT_URLS: 'http://b.example/' }, undefined],
    [
      ['http://a.example/1'],
      { POST_LOGOUT_REDIRECT_URLS: ' ' },
      ['http://a.example/', 'http://a.example/signed-out'],
    ],
  ])('[SIM-1] register the callbacks %j', async (callback, env, postLogoutRedirectUris) => {
    const { registration } = await readCommandSettings({ callback }, env)
    expect(registration).toEqual({
      redirectUris: callback,
      ...(postLogoutRedirectUris && { postLogoutRedirectUris }),
    })
  })

  it('[SIM-1] use the redirect URIs of --callback instead of those of the file', async () => {
    const file = join(await newFolder(), 'config.json')
    await writeFile(file, JSON.stringify({ registration: { redirectUris: ['http://b.example/'] } }))
    const { registration } = await readCommandSettings({ config: file, callback: ['http://a.example/1'] }, {})
    expect(registration?.redirectUris).toEqual(['http://a.example/1'])
  })

  it.each(['callbackURL', 'postLogoutRedirectUris', 'postLogoutRedirectURL'])(
    '[SIM-1] keep %s of the file next to --callback, unless it is a redirect URI',
    async (name) => {
      const file = join(await newFolder(), 'config.json')
      const value = name.endsWith('Uris') ? ['http://b.example/'] : 'http://b.example/'
      await writeFile(file, JSON.stringify({ registration: { [name]: value } }))
      const flags = { config: file, callback: ['http://a.example/1'] }
      const { registration = {} } = await readCommandSettings(flags, {})
      expect(registration).toMatchObject({ [name]: value, redirectUris: ['http://a.example/1'] })
      expect('postLogoutRedirectUris' in registration).toBe(name !== 'postLogoutRedirectURL')
    },
  )

  it.each(['/callback', 'ftp://a.example/', 'xhttp://a.example/', 'http://', 'a.example'])(
    '[SIM-1] reject the callback "%s"',
    async (uri) => {
      await expect(readCommandSettings({ callback: [uri] }, {})).rejects.toThrow(
        `--callback is "${uri}", which is not an http or https URL.`,
      )
    },
  )
})

describe('an address of the simulator', () => {
  it.each([
    ['http://a.example', 'http://a.example/'],
    ['https://a.example/x', 'https://a.example/x/'],
    ['http://a.example/x//', 'http://a.example/x/'],
    ['HTTP://A.example:80', 'http://a.example/'],
  ])('[SIM-1] "%s" is %s', (given, url) => {
    expect(v.parse(address, given)).toBe(url)
  })

  it.each([
    '',
    'a.example',
    'ftp://a.example',
    'xhttp://a',
    'http://a/?b',
    'http://a/#b',
    'http://b@a/',
    'http://b:c@a/',
    'http://:c@a/',
  ])('[SIM-1] cannot be "%s"', (given) => {
    expect(v.safeParse(address, given).success).toBe(false)
  })
})

describe('the configuration file of the simulator', () => {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const read = async (content: object) => {
    const file = join(await newFolder(), 'config.json')
    await writeFile(file, JSON.stringify(content))
    return readSettingsFile(file)
  }

  it('[SIM-3] can have every member', async () => {
    const settings = {
      port: 0,
      host: '::1',
      url: 'http://a.example/',
      interactive: true,
      registration: {
        clientId: 'a-client',
        clientName: 'A service',
        status: 'rate-limited',
        publicKeys: [publicKey],
        jwksURL: 'http://a.example/jwks',
        tokenAuthMethod: 'client_secret_post',
        clientSecret: 'a-secret',
        redirectUris: ['http://a.example/1'],
        callbackURL: 'http://a.example/1',
        postLogoutRedirectUris: ['http://a.example/2'],
        postLogoutRedirectURL: 'http://a.example/2',
        backChannelLogoutURL: 'http://a.example/3',
        scopes: ['openid', 'email', 'phone', 'wallet-subject-id'],
        claims: ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'],
        levels: ['P0', 'P1', 'P2', 'P3'],
        identityEnabled: true,
        idTokenSigningAlg: 'RS256',
        requestObjectRequired: true,
        pkceRequired: true,
        maxAgeEnabled: true,
      },
      response: {
        user: 'typical',
        level: 'P1',
        claims: { any: 1 },
        coreIdentity: { vot: 'P1' },
        returnCodes: ['A', 'B'],
        inPerson: 'pending',
        error: { error: 'access_denied', error_description: '' },
      },
      faults: simulatorFaults,
    }
    expect(await read(settings)).toEqual(settings)
  })

  it.each(['active', 'deactivated', 'deprecated'])('[SIM-3] can have the status %s', async (status) => {
    const settings = { registration: { status }, response: { error: { error: 'a' } } }
    expect(await read(settings)).toEqual(settings)
  })

  it.each(readyUserNames)('[SIM-3] can have all the members of the user %s', async (name) => {
    const user = { ...readyUser(name), email: null, walletSubjectId: 'urn:wallet', returnCodes: ['A'] }
    expect(await read({ response: { user, returnCodes: ['B'] } })).toEqual({
      response: { user: JSON.parse(JSON.stringify(user)) as unknown, returnCodes: ['B'] },
    })
  })

  it('[SIM-3] can have a public key in any form', async () => {
    const body = publicKey.replace(/-----[A-Z ]+-----|\n/g, '')
    expect(await read({ registration: { publicKeys: [body, publicKey] } })).toEqual({
      registration: { publicKeys: [publicKey, publicKey] },
    })
  })

  it.each<[object, string]>([
    [{ port: -1 }, 'port must be at least 0.'],
    [{ port: 65_536 }, 'port must be at most 65535.'],
    [{ port: 1.5 }, 'port must be a whole number.'],
    [{ port: '1' }, 'port must be a number.'],
    [{ host: '' }, 'host must not be empty.'],
    [{ host: 1 }, 'host must be a string.'],
    [{ registration: { publicKeys: ['x'] } }, 'registration.publicKeys.0 must be an RSA public key, PEM.'],
    [{ registration: { claims: ['name'] } }, 'registration.claims.0 must be coreIdentityJWT or address or '],
    [{ registration: { scopes: 'openid' } }, 'registration.scopes must be a list.'],
    [{ response: { error: {} } }, 'response.error.error is required.'],
    [{ response: { coreIdentity: [] } }, 'response.coreIdentity must be an object.'],
    [
      { response: { user: { sub: 'x', identity: { level: 'P2', names: [], birthDates: [1] } } } },
      'response.user.identity.birthDates.0 must be a string.',
    ],
  ])('[SIM-3] cannot be %j', async (content, words) => {
    await expect(read(content)).rejects.toThrow(`config.json: ${words}`)
  })

  it('[SIM-3] names every wrong member, each in its own line', async () => {
    await expect(read({ port: 'x', intractive: true })).rejects.toThrow(
      /config\.json: port must be a number\.\n.*config\.json: intractive is unknown\. Did you mean interactive\?$/,
    )
  })
})

describe('the variables of the official simulator', () => {
  it('[SIM-4] are split at commas, without white space and empty parts', () => {
    const { change } = readOfficialEnvironment({
      SCOPES: ' openid, email ,,',
      REDIRECT_URLS: 'http://a.example/1 ,http://a.example/2',
      IDENTITY_VERIFICATION_SUPPORTED: 'no',
      EMAIL_VERIFIED: 'false',
    })
    expect(change.clientConfiguration).toMatchObject({
      scopes: ['openid', 'email'],
      redirectUrls: ['http://a.example/1', 'http://a.example/2'],
      identityVerificationSupported: true,
    })
    expect(change.responseConfiguration).toEqual({ emailVerified: false })
  })

  it('[SIM-4] register the service at its start', () => {
    const startOnly = (env: Record<string, string>) => readOfficialEnvironment(env).startOnly
    expect(startOnly({})).toEqual({ tokenAuthMethod: 'private_key_jwt', pkceRequired: false })
    expect(
      startOnly({ TOKEN_AUTH_METHOD: 'client_secret_post', CLIENT_SECRET: 's', PKCE_ENABLED: 'true' }),
    ).toEqual({ tokenAuthMethod: 'client_secret_post', pkceRequired: true, clientSecret: 's' })
    expect(startOnly({ PKCE_ENABLED: 'yes' }).pkceRequired).toBe(false)
  })

  it.each([
    [{ SCOPES: 'openid,pets' }, /^SCOPES must be openid or /],
    [{ CLIENT_LOCS: 'P9' }, /^CLIENT_LOCS must be P0 or P1 or P2 or P3\.$/],
    [{ JWKS_URL: 'nowhere' }, /^JWKS_URL must be a URL\.$/],
    [{ PUBLIC_KEY_SOURCE: 'x' }, /^PUBLIC_KEY_SOURCE must be STATIC or JWKS\.$/],
    [{ PUBLIC_KEY: 'x' }, /^PUBLIC_KEY must be an RSA public key, PEM or the body of one\.$/],
    [
      { TOKEN_AUTH_METHOD: 'none' },
      /^TOKEN_AUTH_METHOD is "none"\. Use private_key_jwt or client_secret_post\.$/,
    ],
    [{ CLIENT_SECRET_HASH: 'x' }, /^CLIENT_SECRET_HASH is set/],
    [{ USE_NEW_ID_TOKEN_SIGNING_KEYS: 'yes' }, /^USE_NEW_ID_TOKEN_SIGNING_KEYS must be true or false\.$/],
    [
      { SCOPES: 'pets', ID_TOKEN_SIGNING_ALGORITHM: 'PS256' },
      /^SCOPES .*\.\nID_TOKEN_SIGNING_ALGORITHM must be ES256 or RS256\.$/,
    ],
  ] as [Record<string, string>, RegExp][])('[SIM-4] name the variable: %j', (env, message) => {
    expect(() => readOfficialEnvironment(env)).toThrow(message)
  })
})

describe('a public key for the simulator', () => {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

  it.each([
    ['PEM', publicKey],
    ['PEM on one line', publicKey.replaceAll('\n', '\\n')],
    ['its body', publicKey.replace(/-----[A-Z ]+-----/g, '').replaceAll('\n', '')],
    ['its body with spaces', ` ${publicKey.replace(/-----[A-Z ]+-----/g, '')}\t`],
  ])('[KEY-1] can be %s', (_what, text) => {
    expect(publicKeyPem(text)).toBe(publicKey)
  })

  it('[KEY-1] cannot be another text or an EC key', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    expect(publicKeyPem(ec.export({ type: 'spki', format: 'pem' }).toString())).toBeUndefined()
    for (const text of ['', 'x', publicKey.slice(0, 200)]) expect(publicKeyPem(text)).toBeUndefined()
  })
})

describe('the simulator command while it runs', () => {
  it('[SIM-4] takes configuration only as JSON of 1 MiB at most, by GET and POST', async () => {
    const simulator = await startSimulatorCommand()
    const config = new URL('config', simulator.url)
    const post = async (body: string, type?: string) => {
      const headers = type === undefined ? {} : { 'content-type': type }
      const response = await fetch(config, { method: 'POST', body: Buffer.from(body), headers })
      return [response.status, await response.text()]
    }
    const refusal = (status: number, msg: string) => [status, JSON.stringify({ errors: { _body: { msg } } })]
    const mib = 1024 * 1024
    expect(await post('')).toEqual([200, ''])
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/Vnd.api+JSON'])
      expect(await post('{}', type)).toEqual([200, ''])
    for (const type of ['text/plain', 'text/json', 'application/jsonp', 'x; application/json'])
      expect(await post('{}', type)).toEqual(refusal(415, 'Must be JSON'))
    expect(await post('{')).toEqual(refusal(400, 'Must be JSON of 1 MiB at most'))
    expect(await post('{}'.padEnd(mib))).toEqual([200, ''])
    expect(await post('{}'.padEnd(mib + 1))).toEqual(refusal(400, 'Must be JSON of 1 MiB at most'))
    const del = await fetch(config, { method: 'DELETE' })
    expect([del.status, del.headers.get('allow')]).toEqual([405, 'GET, POST'])
    for (const path of ['configs', 'x/config'])
      expect((await fetch(new URL(path, simulator.url))).status).toBe(404)
    const get = await fetch(`${config.href}?a=b`)
    expect([get.status, get.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  })

  it('[SIM-4] withdraws new keys only if they were published', async () => {
    const simulator = await startSimulatorCommand()
    const use = { useNewIdTokenSigningKeys: true }
    const publish = { publishNewIdTokenSigningKeys: true }
    const refused = await simulator.configure(use)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({
      errors: {
        useNewIdTokenSigningKeys: {
          msg: 'Needs publishNewIdTokenSigningKeys: services could not find keys that are not published',
        },
      },
    })
    expect((await simulator.configure({ ...use, publishNewIdTokenSigningKeys: false })).status).toBe(400)
    expect((await simulator.configure({ ...use, ...publish })).status).toBe(200)
    const keys = async () =>
      ((await (await fetch(new URL('.well-known/jwks.json', simulator.url))).json()) as { keys: unknown[] })
        .keys.length
    expect(await keys()).toBe(4)
    expect((await simulator.configure({ ...use, ...publish })).status).toBe(200)
    expect(await keys()).toBe(4)
    expect((await simulator.configure({ ...use, publishNewIdTokenSigningKeys: false })).status).toBe(400)
    expect((await simulator.configure({ publishNewIdTokenSigningKeys: false })).status).toBe(200)
    expect(await keys()).toBe(1)
  })

  it('[SIM-1] writes a line for each request to One Login, and none for its configuration', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configuration()
    await Promise.all(
      ['trustmark', 'userinfo', '.well-known/did.json'].map((path) => fetch(new URL(path, simulator.url))),
    )
    await expect.poll(() => simulator.lines().length).toBe(3)
    const line = (path: string, status: number) => ({ event: 'request', method: 'GET', path, status })
    expect(simulator.lines()).toEqual(
      expect.arrayContaining([
        line('/trustmark', 200),
        line('/userinfo', 401),
        line('/.well-known/did.json', 200),
      ]),
    )
  })

  it('[SIM-1] has only the variables that its service needs', async () => {
    const names = async (env: Record<string, string>) =>
      Object.keys((await startSimulatorCommand(env)).variables)
    const shared = ['ISSUER', 'DID_DOCUMENT_URL', 'DID_CONTROLLER', 'CORE_IDENTITY_ISSUER']
    shared.push('ALLOW_INSECURE_REQUESTS', 'CLIENT_ID', 'CALLBACK_URL', 'POST_LOGOUT_REDIRECT_URL')
    const all = shared.map((name) => `ONE_LOGIN_${name}`)
    expect(await names({})).toEqual([...all, 'ONE_LOGIN_PRIVATE_KEY'])
    expect(await names({ TOKEN_AUTH_METHOD: 'client_secret_post' })).toEqual([
      ...all,
      'ONE_LOGIN_CLIENT_SECRET',
    ])
    expect(await names({ PUBLIC_KEY_SOURCE: 'JWKS', JWKS_URL: 'http://127.0.0.1:1/' })).toEqual(all)
    const { variables } = await startSimulatorCommand({ SIMULATOR_URL: 'https://a.example' })
    expect(variables.ONE_LOGIN_ALLOW_INSECURE_REQUESTS).toBe('false')
  })
})

describe('the port of the command', () => {
  it('[SIM-1] closes with its connections, and names the flag to change if it cannot be opened', async () => {
    const port = await openPort(0, '127.0.0.1', (_req, res) => void res.end('hello'))
    expect(await (await fetch(`http://127.0.0.1:${port.number}/`)).text()).toBe('hello')
    await port.close()
    await expect(fetch(`http://127.0.0.1:${port.number}/`)).rejects.toThrow('fetch failed')
    await using occupied = await listen(createServer())
    await expect(openPort(occupied.port, '127.0.0.1', () => undefined)).rejects.toThrow(
      `Could not open port ${occupied.port} of 127.0.0.1: another process uses it. Set another one with --port.`,
    )
    await expect(openPort(0, '192.0.2.1', () => undefined)).rejects.toThrow(
      'Could not open port 0 of 192.0.2.1: this machine does not have that address. Set another one with --host.',
    )
  })

  it.each([
    ['EADDRINUSE', 'another process uses it'],
    ['EACCES', 'you do not have permission'],
    ['EADDRNOTAVAIL', 'this machine does not have that address'],
    ['ENOTFOUND', 'the host is unknown'],
    ['EAI_AGAIN', 'the host is unknown'],
    ['EOTHER', 'EOTHER'],
    [undefined, 'unknown error'],
  ])('[SIM-1] cannot be opened with the code %s: %s', (code, words) => {
    expect(listeningProblem({ code })).toBe(words)
  })
})

describe('the values of flags', () => {
  it('[CONF-14] are texts, lists of texts, or one of several', () => {
    const values = { a: 'x', b: true, c: ['x', true, 'y'] }
    expect([textOf(values, 'a'), textOf(values, 'b'), textOf(values, 'd')]).toEqual([
      'x',
      undefined,
      undefined,
    ])
    expect([textsOf(values, 'a'), textsOf(values, 'c'), textsOf(values, 'd')]).toEqual([[], ['x', 'y'], []])
    expect([choiceOf(values, 'a', ['w', 'x']), choiceOf(values, 'd', ['x'])]).toEqual(['x', undefined])
    expect(() => choiceOf(values, 'a', ['y', 'z'])).toThrow('--a is "x". Use one of y, z.')
  })

  it.each([
    ['a=b.c:/+=%@,&?~-_', 'N=a=b.c:/+=%@,&?~-_'],
    ['a b', "N='a b'"],
    ["it's", 'N="it\'s"'],
    [`"it's"`, 'N=`"it\'s"`'],
    ['a\nb', "N='a\nb'"],
    ['#a', "N='#a'"],
    ['', 'N='],
  ])('[SIM-1] are written to an .env file: %j', (value, line) => {
    expect(dotenvLine('N', value)).toBe(line)
  })

  it.each([
    ['plain\ttext\n', 'plain\ttext\n'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['a\u0000b\u202ec\u2028d\u2029e\u200bf', 'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf'],
  ])('[CHK-3] are shown without invisible characters: %j', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })
})

describe('the files of the command', () => {
  it.each([
    ['EISDIR', 'is a folder, not a file'],
    ['EEXIST', 'is a file where a folder must be'],
    ['ENOTDIR', 'has a file in its path where a folder must be'],
    ['ENAMETOOLONG', 'has a name that is too long'],
    ['EACCES', 'cannot be read: you do not have permission'],
    ['EPERM', 'cannot be read: you do not have permission'],
    ['EROFS', 'cannot be read: the file system is read-only'],
    ['ENOSPC', 'cannot be read: the disk is full'],
    ['EIO', 'cannot be read: EIO'],
    ['ENOENT', 'does not exist'],
    [undefined, 'cannot be read: unknown error'],
  ])('[CONF-14] have the problem %s: %s', (code, words) => {
    expect(fileProblem({ code }, 'read')).toBe(words)
  })

  it('[CONF-14] are in a folder that does not exist, if they cannot be written', () => {
    expect(fileProblem({ code: 'ENOENT' }, 'written')).toBe('is in a folder that does not exist')
    expect(fileProblem({ code: 'ENOENT' }, 'run')).toBe('does not exist')
    expect(fileProblem({ code: 'EACCES' }, 'written')).toBe('cannot be written: you do not have permission')
  })

  it('[CONF-14] are read as text and as JSON', async () => {
    const file = join(await newFolder(), 'a.json')
    await writeFile(file, '{"a":1}')
    expect([await readInputFile('config', file), await readJsonFile('config', file)]).toEqual([
      '{"a":1}',
      { a: 1 },
    ])
    await writeFile(file, '{')
    await expect(readJsonFile('config', file)).rejects.toThrow(
      `--config: ${file} is not JSON. Check it for missing quotation marks, commas and brackets.`,
    )
    await expect(readJsonFile('expect', '/nowhere.json')).rejects.toThrow(
      '--expect: /nowhere.json does not exist. Check the path and the permissions of the file.',
    )
  })

  it('[KEY-1] are all written, with their modes, or none', async () => {
    const folder = await newFolder()
    const wording = { subject: 'The text', advice: 'Use another name.' }
    const file = (name: string, mode: number) => ({ path: join(folder, name), content: name, mode })
    await writeNewFiles([file('deep/a', 0o600), file('deep/b', 0o644)], wording)
    expect(await readFile(join(folder, 'deep/a'), 'utf8')).toBe('deep/a')
    expect((await stat(join(folder, 'deep/a'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'deep/b'))).mode & 0o777).toBe(0o644)
    await expect(writeNewFiles([file('c', 0o644), file('deep/a', 0o644)], wording)).rejects.toThrow(
      `${join(folder, 'deep/a')} already exists, so nothing was written. Use another name.`,
    )
    expect(await readdir(folder)).toEqual(['deep'])
    await mkdir(join(folder, 'd'))
    await expect(writeNewFiles([file('d/e', 0o644), file('deep/a/f', 0o644)], wording)).rejects.toThrow(
      /^The text could not be written: .*deep\/a .*\. Use another folder\.$/,
    )
    expect(await readdir(join(folder, 'd'))).toEqual([])
  })
})
