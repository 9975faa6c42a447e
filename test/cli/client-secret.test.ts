import * as crypto from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argon2id } from '@noble/hashes/argon2.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hashClientSecret } from '../../lib/cli/client-secret.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { run } from './command-run.ts'

const secretFile = 'one-login-client-secret.txt'
const hashFile = 'one-login-client-secret-hash.txt'

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'one-login-secret-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

async function made(...flags: string[]) {
  const directory = await newDirectory()
  const { code, stdout, stderr } = await run(['keys', '--client-secret', '--out', directory, ...flags])
  const read = (name: string) => readFile(join(directory, name), 'utf8')
  return {
    code,
    output: stdout + stderr,
    directory,
    secret: await read(secretFile),
    hash: await read(hashFile),
  }
}

/** Available since Node 24.7. */
interface Argon2 {
  readonly argon2Sync?: (
    algorithm: 'argon2id',
    parameters: Readonly<Record<'parallelism' | 'tagLength' | 'memory' | 'passes', number>> & {
      readonly message: string
      readonly nonce: Uint8Array
    },
  ) => Uint8Array
}
const { argon2Sync } = crypto as Argon2

describe('the hash of a client secret', () => {
  it('[CB-9] is the one that OpenSSL computes with the parameters of One Login', async () => {
    expect(
      await hashClientSecret(
        'a-client-secret-of-one-login',
        Uint8Array.from({ length: 64 }, (_, i) => i),
      ),
    ).toBe(
      '$argon2id$v=19$m=15360,t=2,p=1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw$pVgnf8C+05crYnEyvr62cg',
    )
  })

  it.runIf(argon2Sync)('[CB-9] is the one that Node computes', async () => {
    const { secret, hash } = await made()
    const [salt = '', tag = ''] = hash.split('$').slice(-2)
    const parameters = { parallelism: 1, tagLength: 16, memory: 15_360, passes: 2 }
    const computed = argon2Sync?.('argon2id', {
      message: secret,
      nonce: Buffer.from(salt, 'base64'),
      ...parameters,
    })
    expect(Buffer.from(tag, 'base64')).toEqual(Buffer.from(computed ?? []))
  })

  it('[CB-9] comes from a library that passes the test vector of RFC 9106', () => {
    const bytes = (length: number, value: number) => new Uint8Array(length).fill(value)
    const tag = argon2id(bytes(32, 1), bytes(16, 2), {
      t: 3,
      m: 32,
      p: 4,
      dkLen: 32,
      key: bytes(8, 3),
      personalization: bytes(12, 4),
    })
    expect(Buffer.from(tag).toString('hex')).toBe(
      '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659',
    )
  })
})

describe('keys --client-secret', () => {
  it('[CB-9] creates a secret that the library accepts, and its hash', async () => {
    const { code, secret, hash } = await made()
    expect(code).toBe(0)
    expect(secret).toMatch(/^[\w-]{54}$/)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=15360,t=2,p=1\$[\w+/]{86}\$[\w+/]{22}$/)
    const [salt = ''] = hash.split('$').slice(-2)
    expect(await hashClientSecret(secret, Buffer.from(salt, 'base64'))).toBe(hash)
    const settings = parseStrategyOptions({
      environment: 'integration',
      clientId: 'a-client',
      callbackURL: 'https://service.example/callback',
      clientSecret: secret,
    })
    expect(settings.clientSecret).toBe(secret)
  })

  it('[CB-9] creates another secret with another salt each time', async () => {
    const [one, other] = [await made(), await made()]
    expect(one.secret).not.toBe(other.secret)
    expect(one.hash.split('$').at(-2)).not.toBe(other.hash.split('$').at(-2))
  })

  it('[CB-9] lets only the owner read the secret', async () => {
    const { directory } = await made()
    expect((await stat(join(directory, secretFile))).mode & 0o777).toBe(0o600)
  })

  it.each([[[]], [['--json']]])('[CB-9] shows the hash and never the secret, flags %j', async (flags) => {
    const { output, secret, hash } = await made(...flags)
    expect(output).toContain(hash)
    expect(output).not.toContain(secret)
  })

  it('[CB-9] writes JSON', async () => {
    const { output, directory, hash } = await made('--json')
    const files = { clientSecret: join(directory, secretFile), hash: join(directory, hashFile) }
    expect(JSON.parse(output)).toEqual({ files, hash })
  })

  it('[CB-9] says where each file goes, and that the email contains only the hash', async () => {
    const { output, directory, hash } = await made()
    for (const words of [
      `  ${hash}\n`,
      `Set ONE_LOGIN_CLIENT_SECRET to the content of ${join(directory, secretFile)}.`,
      `Email the content of ${join(directory, hashFile)} to govuk-one-login@digital.cabinet-office.gov.uk.`,
      'Leave the subject empty',
      'no client ID',
    ])
      expect(output).toContain(words)
  })

  it.each([secretFile, hashFile])('[CB-9] overwrites nothing if %s already exists', async (name) => {
    const directory = await newDirectory()
    await writeFile(join(directory, name), 'precious')
    const { code, stderr } = await run(['keys', '--client-secret', '--out', directory])
    expect(code).toBe(1)
    expect(stderr).toContain(name)
    expect(await readdir(directory)).toEqual([name])
    expect(await readFile(join(directory, name), 'utf8')).toBe('precious')
  })

  it('[CB-9] rejects the length of a key', async () => {
    const directory = await newDirectory()
    const { code, stderr } = await run(['keys', '--client-secret', '--bits', '4096', '--out', directory])
    expect(code).toBe(2)
    expect(stderr).toContain('--bits')
    expect(await readdir(directory)).toEqual([])
  })
})
