import { createHash, generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { signerFromPrivateKey } from '../../lib/options/private-key.ts'
import type { Signer } from '../../lib/options/signer.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { signJwt } from '../../lib/sign-in/client-jwt.ts'
import { expectRefused } from '../support/refusal.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const own = signerFromPrivateKey({ ...privateKey.export({ format: 'jwk' }), kid: 'k1' })
const pss = signerFromPrivateKey({ ...privateKey.export({ format: 'jwk' }), alg: 'PS256' })
const another = signerFromPrivateKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
/** The signer of an app, as the strategy uses it. */
function withSign(sign: (data: Uint8Array) => unknown): Signer {
  const signer = { ...own, sign: sign as Signer['sign'] }
  const [used] = parseStrategyOptions({
    environment: 'integration',
    clientId: 'a-service',
    callbackURL: 'https://a.example/callback',
    signer,
  }).signers
  return used ?? signer
}
const never = new Promise<Uint8Array>(() => undefined)

describe('signing a JWT', () => {
  it('[KEY-3] puts alg and kid into the header, and verifies', async () => {
    const jwt = await signJwt(own, 'oauth-authz-req+jwt', { a: 'é', list: [1] }, 5)
    const key = await importJWK(own.publicJwk, 'RS256')
    expect(await jwtVerify(jwt, key)).toMatchObject({
      payload: { a: 'é', list: [1] },
      protectedHeader: { alg: 'RS256', kid: 'k1', typ: 'oauth-authz-req+jwt' },
    })
  })

  it('[KEY-3] leaves out typ if there is none', async () => {
    expect(decodeProtectedHeader(await signJwt(own, undefined, {}, 5))).toEqual({ alg: 'RS256', kid: 'k1' })
  })

  it('[KEY-1] uses what a KMS signs', async () => {
    const kms: Signer = { ...own, kid: 'alias/key', sign: (data) => own.sign(data) }
    const key = await importJWK(own.publicJwk, 'RS256')
    await expect(jwtVerify(await signJwt(kms, undefined, {}, 5), key)).resolves.toBeDefined()
  })

  it.each<[string, Signer]>([
    ['rejects', withSign(() => Promise.reject(new Error('throttled')))],
    [
      'throws',
      withSign(() => {
        throw new Error('throttled')
      }),
    ],
  ])(
    '[KEY-1] fails with signing_failed if the signer %s, with its error as the cause',
    async (_what, signer) => {
      const error = await expectRefused(signJwt(signer, undefined, {}, 5), 'signing_failed', /failed to sign/)
      expect(error).toMatchObject({ retryable: true, status: 503, cause: { message: 'throttled' } })
    },
  )

  const raw = (length: number) => new Uint8Array(length)
  it.each<[what: string, sign: Signer['sign']]>([
    ['no bytes', () => Promise.resolve(raw(0))],
    ['bytes that are not a signature', () => Promise.resolve(raw(256))],
    ['a signature of a hash of the data', (data) => own.sign(createHash('sha256').update(data).digest())],
    ['a signature of other data', () => own.sign(Buffer.from('other'))],
    ['a signature of another key', (data) => another.sign(data)],
    ['a signature of another algorithm', (data) => pss.sign(data)],
    [
      'a signature as text',
      async (data) => Buffer.from(await own.sign(data)).toString('base64url') as unknown as Uint8Array,
    ],
    ['a signature in a list', async (data) => [...(await own.sign(data))] as unknown as Uint8Array],
  ])('[KEY-6] fails with signing_failed if the signer returns %s', async (_what, sign) => {
    const error = await expectRefused(
      signJwt(withSign(sign), undefined, {}, 5),
      'signing_failed',
      /failed to sign/,
    )
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('publicJwk') as string } })
  })

  it('[KEY-6] accepts the first of 2 results, and ignores another one after the timeout', async () => {
    const settled: (() => void)[] = []
    const twice = (data: Uint8Array) =>
      new Promise<Uint8Array>((resolve, reject) => {
        void own.sign(data).then((signature) => {
          resolve(signature)
          settled.push(() => {
            reject(new Error('again'))
          })
        })
      })
    expect(await signJwt(withSign(twice), undefined, {}, 5)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{342}$/)
    for (const again of settled) again()
  })

  it.each([undefined, null, 5, true])(
    '[KEY-6] fails with signing_failed if the signer returns %j',
    async (signature) => {
      const signer = withSign(() => Promise.resolve(signature))
      await expectRefused(signJwt(signer, undefined, {}, 5), 'signing_failed', /failed to sign/)
    },
  )

  it('[KEY-6] fails with signing_failed if the signer does not respond within the timeout', async () => {
    const error = await expectRefused(
      signJwt(
        withSign(() => never),
        undefined,
        {},
        0.05,
      ),
      'signing_failed',
      /did not sign a request to One Login within 0\.05 s/,
    )
    expect(error).toMatchObject({ retryable: true, status: 503 })
  })

  it('[KEY-6] keeps no timer, which would keep the process, after a signer has answered or failed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const failing = withSign(() => Promise.reject(new Error('no')))
      await signJwt(own, undefined, {}, 60)
      await expectRefused(signJwt(failing, undefined, {}, 60), 'signing_failed', /failed to sign/)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('[KEY-6] ignores the result of a signer after the timeout', async () => {
    let fail: (error: Error) => void = () => undefined
    const signer = withSign(
      () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
    )
    await expectRefused(signJwt(signer, undefined, {}, 0.05), 'signing_failed', /did not sign/)
    fail(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
  })
})
