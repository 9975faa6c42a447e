import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { startSimulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../support/listen.ts'
import { conformance, verdictsOf } from './conformance-run.ts'
import { startOtherService, type Build } from './other-service.ts'

/** Starts a service that already runs before the command, with its own key. */
async function running(build: Build = {}) {
  const other = await startSimulator()
  const { options } = other
  await other.close()
  const simulator = `http://127.0.0.1:${await freePort()}/`
  const environment = {
    ...options.environment,
    issuer: simulator,
    didDocumentURL: `${simulator}.well-known/did.json`,
    didController: `did:web:${new URL(simulator).host.replace(':', '%3A')}`,
    coreIdentityIssuer: `${simulator}identity/`,
  }
  const service = await startOtherService({ options: { ...options, environment } }, build)
  onTestFinished(() => service.close())
  const file = join(await mkdtemp(join(tmpdir(), 'conformance-')), 'key.pem')
  await writeFile(file, createPublicKey(options.privateKey).export({ type: 'spki', format: 'pem' }))
  const page = `${service.url}${build.prefix ?? ''}/page`
  return {
    service,
    file,
    flags: ['--one-login', simulator, '--page', page, '--start-timeout', '1ms', '--json'],
  }
}

const quick = ['--only', 'state']

describe('how the command gets into a service', { timeout: 30_000 }, () => {
  it('[CHK-1] signs in with a key in a file, or one that the service publishes', async () => {
    for (const isPublished of [false, true]) {
      const { service, file, flags } = await running({ jwks: true })
      const key = isPublished ? ['--jwks', `${service.url}/jwks`] : ['--public-key', file]
      const { stdout, stderr } = await conformance([...flags, ...quick, ...key])
      expect(verdictsOf(stdout), stderr).toEqual({ state: 'kept' })
    }
    const { file, flags } = await running()
    const wrong = join(file, '..', 'other.pem')
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await writeFile(wrong, publicKey.export({ type: 'spki', format: 'pem' }))
    const { code, stderr } = await conformance([...flags, ...quick, '--public-key', wrong])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--public-key, --jwks or --client-secret')])
  })

  it('[CHK-1] signs in with a button in a form, whatever the status of its page', async () => {
    const { file, flags } = await running({ landing: 'form', landingStatus: 401 })
    const key = ['--public-key', file]
    const without = await conformance([...flags, ...quick, ...key])
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--press')])
    const pressing = await conformance([...flags, ...quick, ...key, '--press', 'Sign in'])
    expect(verdictsOf(pressing.stdout), pressing.stderr).toEqual({ state: 'kept' })
  })

  it.each([
    ['--header', ['x-preview', 'yes'], 'X-Preview: yes'],
    ['--cookie', ['cookie', 'preview=yes'], 'preview=yes'],
  ] as const)('[CHK-1] with %s, on every request', async (flag, gate, value) => {
    const { file, flags } = await running({ gate })
    const key = ['--public-key', file]
    const without = await conformance([...flags, ...quick, ...key])
    expect(without.code).toBe(2)
    const { stdout, stderr } = await conformance([...flags, ...quick, ...key, flag, value])
    expect(verdictsOf(stdout), stderr).toEqual({ state: 'kept' })
  })
})

describe('where the command goes', { timeout: 30_000 }, () => {
  it('[CHK-1] calls another host only if --allow-host names it, also if the service names it', async () => {
    const { file, flags } = await running({ host: '0.0.0.0' })
    const key = ['--public-key', file]
    const without = await conformance([...flags, ...quick, ...key])
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--allow-host 0.0.0.0')])
    const allowed = await conformance([...flags, ...quick, ...key, '--allow-host', '0.0.0.0'])
    expect(allowed.stderr).not.toContain('--allow-host')
  })
})

describe('what the command checks', { timeout: 30_000 }, () => {
  it('[CHK-3] checks what --only names, without what --skip names', async () => {
    const { file, flags } = await running()
    const only = [
      '--only',
      'requests,several-tabs',
      '--only',
      'no-store',
      '--skip',
      'nonce',
      '--skip',
      'pkce',
    ]
    const { stdout } = await conformance([...flags, '--public-key', file, ...only])
    const ids = Object.keys(verdictsOf(stdout))
    expect(ids).toEqual(expect.arrayContaining(['state', 'several-tabs', 'no-store']))
    expect(ids).not.toEqual(expect.arrayContaining(['nonce']))
    expect(ids).not.toEqual(expect.arrayContaining(['sign-in']))
  })

  it('[CHK-3] fails only if something is broken that --expect does not name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
    const [junit, html, known] = [join(folder, 'a.xml'), join(folder, 'a.html'), join(folder, 'known.json')]
    const checkedWith = async (...rest: string[]) => {
      // Each run has its own keys, so each has its own service.
      const { file, flags } = await running({ keepsSession: true })
      return conformance([...flags, '--public-key', file, '--only', 'session-renewed,state', ...rest])
    }
    const first = await checkedWith('--junit', junit, '--html', html)
    expect([first.code, verdictsOf(first.stdout)]).toEqual([
      1,
      { 'session-renewed': 'broken', state: 'kept' },
    ])
    expect(await readFile(junit, 'utf8')).toContain('<failure message="broken">')
    expect(await readFile(html, 'utf8')).toContain('session-renewed')

    await writeFile(known, '{ "session-renewed": "broken" }')
    expect((await checkedWith('--expect', known)).code).toBe(0)
    await writeFile(known, '{ "session-renewed": "broken", "state": "broken" }')
    const gone = await checkedWith('--expect', known)
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('state is no longer broken')])
  })

  it('[CHK-3] does not start if a report cannot be written', async () => {
    const { file, flags } = await running()
    const { code, stderr } = await conformance([
      ...flags,
      '--public-key',
      file,
      '--html',
      '/no-such-folder/a.html',
    ])
    expect([code, stderr]).toEqual([
      2,
      '--html: /no-such-folder/a.html is in a folder that does not exist. Use a file in a folder that you can write to.\n',
    ])
  })
})
