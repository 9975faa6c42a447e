import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { run, runProcess } from './command-run.ts'

const files = ['one-login-private-key.pem', 'one-login-public-key.pem', 'one-login-jwks.json'] as const
const [privateFile, publicFile, jwksFile] = files

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'one-login-keys-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

async function made(directory: string) {
  const read = (name: string) => readFile(join(directory, name), 'utf8')
  const { keys } = JSON.parse(await read(jwksFile)) as { keys: JWK[] }
  return { privateKey: await read(privateFile), publicKey: await read(publicFile), keys }
}

/** The key as the library reads it. */
function signerOf(privateKey: string) {
  const { signers } = parseStrategyOptions({
    environment: 'integration',
    clientId: 'a-client',
    callbackURL: 'https://service.example/callback',
    privateKey,
  })
  return signers[0]
}

describe('keys', () => {
  it('[KEY-1] creates a private key that the library accepts, and its public key as PEM', async () => {
    const directory = await newDirectory()
    expect((await run(['keys', '--out', directory])).code).toBe(0)
    const { privateKey, publicKey } = await made(directory)
    expect(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })).toBe(publicKey)
    expect(createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(signerOf(privateKey)?.kid).toMatch(/./)
  })

  it('[KEY-2] [KEY-3] creates a JWKS of the public key, with the kid that the library sends', async () => {
    const directory = await newDirectory()
    const { stdout } = await run(['keys', '--out', directory])
    const { privateKey, keys } = await made(directory)
    const { n, e } = createPublicKey(privateKey).export({ format: 'jwk' })
    const kid = signerOf(privateKey)?.kid
    expect(keys).toEqual([{ kty: 'RSA', n, e, use: 'sig', alg: 'RS256', kid }])
    expect(stdout).toContain(kid)
  })

  it('[KEY-1] creates a longer key with --bits', async () => {
    const directory = await newDirectory()
    await run(['keys', '--out', directory, '--bits', '3072'])
    const { privateKey } = await made(directory)
    expect(createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength).toBe(3072)
  })

  it.each(['1024', 'many'])('[KEY-1] rejects a key of %s bits', async (bits) => {
    const directory = await newDirectory()
    const { code, stderr } = await run(['keys', '--out', directory, '--bits', bits])
    expect(code).toBe(2)
    expect(stderr).toContain('2048, 3072, 4096')
    expect(await readdir(directory)).toEqual([])
  })

  it('[KEY-1] lets only the owner read the private key, and creates the directory if necessary', async () => {
    const directory = join(await newDirectory(), 'deep', 'down')
    await run(['keys', '--out', directory])
    expect((await stat(join(directory, privateFile))).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, publicFile))).mode & 0o777).toBe(0o644)
  })

  it.each(files)('[KEY-1] overwrites nothing and writes nothing if %s already exists', async (name) => {
    const directory = await newDirectory()
    await writeFile(join(directory, name), 'precious')
    const { code, stdout, stderr } = await run(['keys', '--out', directory])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(name)
    expect(await readdir(directory)).toEqual([name])
    expect(await readFile(join(directory, name), 'utf8')).toBe('precious')
  })

  it('[KEY-1] exits with 1 if the files cannot be written', async () => {
    const directory = await newDirectory()
    await writeFile(join(directory, 'a-file'), '')
    const { code, stderr } = await run(['keys', '--out', join(directory, 'a-file')])
    expect(code).toBe(1)
    expect(stderr).toContain('could not be written')
  })

  it.each([[[]], [['--json']]])('[KEY-1] never shows the private key, flags %j', async (flags) => {
    const directory = await newDirectory()
    const { stdout, stderr } = await run(['keys', '--out', directory, ...flags])
    const { privateKey } = await made(directory)
    const { d } = createPrivateKey(privateKey).export({ format: 'jwk' })
    for (const secret of [String(d), privateKey.split('\n')[3] ?? ''])
      expect(stdout + stderr).not.toContain(secret)
    expect(stdout + stderr).not.toContain('PRIVATE KEY-----')
  })

  it('[KEY-2] says where each file goes: the service, the admin tool, production', async () => {
    const directory = await newDirectory()
    const { stdout } = await run(['keys', '--out', directory])
    for (const words of [
      'Created an RSA key pair of 2048 bits.',
      `Set ONE_LOGIN_PRIVATE_KEY to the content of ${join(directory, privateFile)}.`,
      'admin tool',
      'JWKS URL',
      `publish ${join(directory, jwksFile)})`,
      `Static key:\n    the content of ${join(directory, publicFile)},`,
      'Live Service Hub',
    ])
      expect(stdout).toContain(words)
  })

  it('[KEY-3] writes JSON', async () => {
    const directory = await newDirectory()
    const { stdout } = await run(['keys', '--out', directory, '--json'])
    const { publicKey, keys } = await made(directory)
    expect(JSON.parse(stdout)).toEqual({
      bits: 2048,
      kid: keys[0]?.kid,
      files: {
        privateKey: join(directory, privateFile),
        publicKey: join(directory, publicFile),
        jwks: join(directory, jwksFile),
      },
      publicKey,
      publicJwk: keys[0],
    })
  })

  it('[KEY-1] creates a pair in its own process, and does not overwrite it', async () => {
    const directory = await newDirectory()
    expect((await runProcess(['keys', '--out', directory])).code).toBe(0)
    const before = await made(directory)
    expect((await runProcess(['keys', '--out', directory])).code).toBe(1)
    expect(await made(directory)).toEqual(before)
  })
})
