import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Browser } from '../../support/browser.ts'
import { startPair } from '../../support/simulator.ts'
import { signIn } from '../../support/visitors.ts'

const newKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

const [first, second] = [newKey(), newKey()]

/** Gets the keys of a service. `fetch` would change "If-None-Match". */
async function keysOf(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await new Browser().send(`${url}/.well-known/jwks.json`, { method, headers })
  const isJson = response.headers['content-type']?.includes('json') && response.body !== ''
  const { keys = [] } = (isJson ? JSON.parse(response.body) : {}) as { keys?: Record<string, string>[] }
  return { ...response, keys }
}

describe('the JWKS', () => {
  it('[KEY-2] publishes the public key: 200, JSON, RSA, for signatures, with a kid', async () => {
    await using pair = await startPair({ options: { privateKey: first } })
    const { status, headers, keys } = await keysOf(pair.service.url)
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^application\/json/)
    const text = expect.any(String) as string
    expect(keys).toEqual([{ kty: 'RSA', use: 'sig', alg: 'RS256', kid: text, n: text, e: 'AQAB' }])
  })

  it.each([
    ['PEM', first],
    ['a list of PEM', [first, second]],
    ['JWK', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
    ['a KeyObject', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ])('[KEY-2] publishes no private member of a key in the form of %s', async (_form, privateKey) => {
    await using pair = await startPair({ options: { privateKey } })
    const { keys } = await keysOf(pair.service.url)
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  it('[KEY-2] publishes no private member of a signer either, whatever its JWK holds', async () => {
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
    const signer = {
      kid: 'in-the-kms',
      alg: 'PS256' as const,
      publicJwk: { ...jwk, kty: 'RSA' as const, n: jwk.n ?? '', e: jwk.e ?? '', p: 'secret', k: 'secret' },
      sign: () => Promise.resolve(new Uint8Array()),
    }
    await using pair = await startPair({ options: { privateKey: undefined, signer } })
    const { keys, body } = await keysOf(pair.service.url)
    expect(keys).toMatchObject([{ kid: 'in-the-kms', alg: 'PS256' }])
    expect(body).not.toContain('secret')
  })

  it('[KEY-2] publishes each key with its own algorithm', async () => {
    const jwk = (alg: string) => ({
      ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
      kid: `of-${alg}`,
      alg,
    })
    const algorithms = ['PS512', 'RS256', 'RS384', 'PS256']
    await using pair = await startPair({ options: { privateKey: algorithms.map(jwk) } })
    const { keys } = await keysOf(pair.service.url)
    expect(keys.map(({ kid, alg }) => [kid, alg])).toEqual(algorithms.map((alg) => [`of-${alg}`, alg]))
  })

  it('[KEY-4] publishes several keys, each with its own kid, while the first signs', async () => {
    await using pair = await startPair({ options: { privateKey: [first, second] } })
    const { keys } = await keysOf(pair.service.url)
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2)
    pair.op.register({ jwksURL: `${pair.service.url}/.well-known/jwks.json` })
    await signIn(pair.service.url, pair.browser())
    const { requestObject } = pair.op.requests.find(({ endpoint }) => endpoint === 'authorize') ?? {}
    const { clientAssertion } = pair.op.requests.find(({ endpoint }) => endpoint === 'token') ?? {}
    expect(requestObject?.header.kid).toBe(keys[0]?.kid)
    expect(clientAssertion?.header.kid).toBe(keys[0]?.kid)
  })

  it('[KEY-4] signs in a later release with the second key, under its published kid', async () => {
    await using before = await startPair({ options: { privateKey: [first, second] } })
    const announced = (await keysOf(before.service.url)).keys
    await using after = await startPair({ options: { privateKey: [second, first] } })
    after.op.register({ jwksURL: `${before.service.url}/.well-known/jwks.json` })
    await signIn(after.service.url, after.browser())
    const { requestObject } = after.op.requests.find(({ endpoint }) => endpoint === 'authorize') ?? {}
    expect(requestObject?.header.kid).toBe(announced[1]?.kid)
  })

  it('[KEY-2] can be cached, for less than the 24 hours that One Login keeps it', async () => {
    await using pair = await startPair()
    const { headers } = await keysOf(pair.service.url)
    const [, seconds] = /^public, max-age=(\d+)$/.exec(headers['cache-control'] ?? '') ?? []
    expect(Number(seconds)).toBeGreaterThan(0)
    expect(Number(seconds)).toBeLessThanOrEqual(86_400)
  })

  it('[KEY-2] returns 304 to a caller that has it, and 200 if the keys have changed', async () => {
    await using pair = await startPair({ options: { privateKey: first } })
    await using changed = await startPair({ options: { privateKey: [second, first] } })
    const etag = (await keysOf(pair.service.url)).headers.etag ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    const headers = { 'if-none-match': etag }
    const again = await keysOf(pair.service.url, headers)
    expect(again).toMatchObject({ status: 304, body: '' })
    expect(again.headers.etag).toBe(etag)
    expect((await keysOf(changed.service.url, headers)).status).toBe(200)
  })

  it('[KEY-2] responds to HEAD without a body, and to other methods with 405', async () => {
    await using pair = await startPair()
    expect(await keysOf(pair.service.url, {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, headers } = await keysOf(pair.service.url, {}, method)
      expect(status).toBe(405)
      expect(headers.allow).toBe('GET, HEAD')
    }
  })

  it('[KEY-2] does not exist for a service with a client secret, which has no key', async () => {
    await using pair = await startPair({ clientSecret: true })
    expect((await keysOf(pair.service.url)).status).toBe(404)
  })
})
