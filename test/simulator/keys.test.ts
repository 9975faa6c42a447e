import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { decodeProtectedHeader, exportJWK, type JSONWebKeySet, type JWK } from 'jose'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { listen } from '../support/listen.ts'
import { stopClock } from '../support/stopped-clock.ts'
import {
  assertion,
  Browser,
  codeFor,
  exchange,
  identityFor,
  requestObjectURL,
  start,
  tokensFor,
  vocabulary,
} from './relying-party.ts'
import { startService } from './service.ts'

afterEach(() => vi.useRealTimers())

const jwksOf = async (op: Simulator) =>
  (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet

const kidsOf = async (op: Simulator) => (await jwksOf(op)).keys.map(({ kid }) => kid)

async function identityKids(op: Simulator): Promise<string[]> {
  const document: unknown = await (await fetch(op.options.environment.didDocumentURL)).json()
  return (document as { assertionMethod: { id: string }[] }).assertionMethod.map(({ id }) => id)
}

async function signingKid(op: Simulator): Promise<string | undefined> {
  return decodeProtectedHeader((await tokensFor(op)).idToken).kid
}

describe('the provider’s keys', () => {
  it('[SIM-1] [IDT-1] are published: EC keys and an RSA key, each with its kid and alg, and nothing private', async () => {
    const op = await start()
    const { keys } = await jwksOf(op)
    expect(keys.map(({ kty, alg, use }) => [kty, alg, use])).toEqual([
      ['EC', 'ES256', 'sig'],
      ['EC', 'ES256', 'sig'],
      ['RSA', 'RS256', 'sig'],
    ])
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3)
    expect(keys.some((key) => 'd' in key)).toBe(false)
  })

  it('[SIM-1] belong to one simulator, including the RS256 keys', async () => {
    const options = { client: { idTokenSigningAlg: 'RS256' as const } }
    const kids = [await kidsOf(await start(options)), await kidsOf(await start(options))].flat()
    expect(new Set(kids).size).toBe(6)
  })

  it('[SIM-3] [IDT-1] change at a rotation, and the old keys stay published until they are withdrawn', async () => {
    const op = await start()
    const old = await signingKid(op)
    op.rotateKeys()
    const next = await signingKid(op)
    expect(next).not.toBe(old)
    expect(await kidsOf(op)).toEqual(expect.arrayContaining([old, next]))
    op.rotateKeys({ withdrawOld: true })
    const kids = await kidsOf(op)
    expect(kids).toContain(await signingKid(op))
    expect(kids).not.toContain(old)
    expect(kids).not.toContain(next)
  })

  it('[SIM-3] are published before they sign if a rotation is announced', async () => {
    const op = await start({ client: { idTokenSigningAlg: 'RS256' } })
    const before = await kidsOf(op)
    const identityBefore = await identityKids(op)
    op.announceKeys()
    const announced = await kidsOf(op)
    expect(announced).toHaveLength(before.length + 2)
    expect(before).toContain(await signingKid(op))
    op.rotateKeys()
    expect(announced).toContain(await signingKid(op))
    expect(before).not.toContain(await signingKid(op))
    expect(await identityKids(op)).toEqual(expect.arrayContaining(identityBefore))
  })

  it('[SIM-3] are announced once, however often a test announces them, and used for one rotation', async () => {
    const op = await start()
    const [further, first, rsa] = await kidsOf(op)
    const [firstIdentity] = await identityKids(op)
    op.announceKeys()
    const [, , second] = await kidsOf(op)
    op.announceKeys()
    expect(await kidsOf(op)).toEqual([further, first, second, rsa])
    op.rotateKeys()
    op.rotateKeys()
    const third = await signingKid(op)
    expect([first, second]).not.toContain(third)
    expect(await kidsOf(op)).toEqual([further, third, second, first, rsa])
    const identities = await identityKids(op)
    expect([identities.length, identities.at(-1)]).toEqual([3, firstIdentity])
  })

  it('[SIM-3] [IDT-2] include a new RS256 key if any of the services has ID tokens signed with it', async () => {
    const op = await start({ clients: [{}, { idTokenSigningAlg: 'RS256' }] })
    const old = (await kidsOf(op)).at(-1)
    op.rotateKeys({ withdrawOld: true })
    expect(await kidsOf(op)).toHaveLength(3)
    expect(await kidsOf(op)).not.toContain(old)
  })

  it('[SIM-1] are not the key of the services, of 2,048 bits, which all simulators share', async () => {
    const [{ options }, other] = [await start(), await start()]
    expect(other.options.privateKey).toBe(options.privateKey)
    expect(createPrivateKey(options.privateKey).asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  it('[SIM-3] [CID-2] rotate for core identities as well', async () => {
    const op = await start()
    op.rotateKeys({ withdrawOld: true })
    const jwt = String((await identityFor(op))[`${vocabulary}coreIdentityJWT`])
    expect(await identityKids(op)).toEqual([decodeProtectedHeader(jwt).kid])
  })
})

describe('a service that publishes its keys', () => {
  const own = async (op: Simulator, kid: string): Promise<JWK> => ({
    ...(await exportJWK(createPublicKey(createPrivateKey(op.options.privateKey)))),
    kid,
    use: 'sig',
  })

  it('[SIM-2] [KEY-3] is verified with the key that kid names, in assertions and request objects', async () => {
    const jwks = await startService(200)
    const op = await start({ client: { jwksURL: jwks.url } })
    jwks.respondWith({ keys: [await own(op, 'a-key')] })
    const client_assertion = await assertion(op, {}, { kid: 'a-key' })
    expect((await exchange(op, await codeFor(op), { client_assertion })).status).toBe(200)
    const callback = await new Browser().redirect(await requestObjectURL(op, {}, {}, { kid: 'a-key' }))
    expect(callback.searchParams.get('code')).not.toBeNull()
    expect(jwks.calls).toHaveLength(1)
  })

  it.each([
    ['has no kid', {}],
    ['has the kid of a key that is not published', { kid: 'another-key' }],
  ])('[SIM-2] [KEY-3] gets server_error if its assertion or request object %s', async (_title, header) => {
    const jwks = await startService(200)
    const op = await start({ client: { jwksURL: jwks.url } })
    jwks.respondWith({ keys: [await own(op, 'a-key')] })
    const { status, body } = await exchange(op, 'a-code', {
      client_assertion: await assertion(op, {}, header),
    })
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        error: 'server_error',
        error_description: 'Failed to fetch or parse JWKS to verify signature of private_key_jwt',
      },
    })
    const page = await new Browser().get(await requestObjectURL(op, {}, {}, header))
    expect(page.status).toBe(500)
    expect(await page.text()).toBe('Unexpected server error')
  })

  it.each([500, { keys: 'none' }, { keys: [{ kty: 'EC', kid: 'a-key' }] }])(
    '[SIM-2] [KEY-2] gets server_error if its keys are %j',
    async (response) => {
      const jwks = await startService(response)
      const op = await start({ client: { jwksURL: jwks.url } })
      const client_assertion = await assertion(op, {}, { kid: 'a-key' })
      expect((await exchange(op, 'a-code', { client_assertion })).body.error).toBe('server_error')
    },
  )

  it('[SIM-2] [KEY-4] has its keys cached for 24 hours, so a withdrawn key still works until then', async () => {
    stopClock()
    const jwks = await startService(200)
    const op = await start({ client: { jwksURL: jwks.url } })
    jwks.respondWith({ keys: [await own(op, 'a-key')] })
    const ask = async () =>
      (await exchange(op, await codeFor(op), { client_assertion: await assertion(op, {}, { kid: 'a-key' }) }))
        .body.error
    expect(await ask()).toBeUndefined()
    jwks.respondWith({ keys: [] })
    op.clock.advance(24 * 3600 - 1)
    expect(await ask()).toBeUndefined()
    op.clock.advance(1)
    expect(await ask()).toBe('server_error')
  })

  it('[SIM-2] [KEY-2] gets server_error if its JWKS URL redirects', async () => {
    const jwks = await startService(200)
    const op = await start()
    jwks.respondWith({ keys: [await own(op, 'a-key')] })
    const server = createServer((_req, res) => res.writeHead(302, { Location: jwks.url }).end())
    await using redirecting = await listen(server)
    op.register({ jwksURL: redirecting.url })
    const client_assertion = await assertion(op, {}, { kid: 'a-key' })
    expect((await exchange(op, 'a-code', { client_assertion })).body.error).toBe('server_error')
    expect(jwks.calls).toEqual([])
  })

  it('[SIM-2] [KEY-2] has its keys downloaded within 5 seconds, or not at all if the simulator closes', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
    onTestFinished(() => {
      timeout.mockRestore()
    })
    const downloads: Promise<unknown>[] = []
    const server = createServer((_req, res) => downloads.push(once(res, 'close')))
    await using silent = await listen(server)
    const op = await start({ client: { jwksURL: silent.url } })
    const asked = exchange(op, 'a-code', { client_assertion: await assertion(op, {}, { kid: 'a-key' }) })
    const outcome = expect(asked).rejects.toThrow()
    await expect.poll(() => downloads.length).toBe(1)
    expect(timeout.mock.calls).toEqual([[5000]])
    await op.close()
    await outcome
    await downloads[0]
  })

  it('[SIM-2] is rejected if another key than the published one signed', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwks = await startService({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a-key' }] })
    const op = await start({ client: { jwksURL: jwks.url } })
    const client_assertion = await assertion(op, {}, { kid: 'a-key' })
    expect((await exchange(op, 'a-code', { client_assertion })).body.error).toBe('invalid_client')
  })
})

describe('a service that registered its own keys', () => {
  it('[SIM-2] [KEY-4] may have several keys, and can send any kid', async () => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const op = await start()
    const pem = (key: typeof own.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString()
    const ready = pem(createPublicKey(createPrivateKey(op.options.privateKey)))
    op.register({ publicKeys: [pem(own.publicKey), ready] })
    for (const key of [own.privateKey, undefined]) {
      const client_assertion = await assertion(op, {}, { kid: 'any' }, key)
      expect((await exchange(op, await codeFor(op), { client_assertion })).status).toBe(200)
    }
  })
})
