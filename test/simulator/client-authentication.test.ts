import { decodeJwt } from 'jose'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { assertion, codeFor, exchange, now, start } from './relying-party.ts'
import { startService } from './service.ts'

const withoutAssertion = { client_assertion: undefined, client_assertion_type: undefined }
const unknownMethod = 'Invalid token authentication method used'

/** Stops the clock, so that a boundary is exact. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00Z') })
  onTestFinished(() => void vi.useRealTimers())
}

/** The description of the error, or `authenticated`. */
async function outcomeWith(op: Simulator, claims: Record<string, unknown>): Promise<unknown> {
  const { body } = await exchange(op, await codeFor(op), { client_assertion: await assertion(op, claims) })
  return body.error_description ?? 'authenticated'
}

/** The assertion with another header, which makes its signature wrong. */
async function assertionWithHeader(op: Simulator, header: object): Promise<string> {
  const [, claims, signature] = (await assertion(op)).split('.')
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), claims, signature].join('.')
}

describe('the assertion of a client', () => {
  it.each([
    [-31, 'private_key_jwt has expired'],
    [-30, 'private_key_jwt has expired'],
    [-29, 'authenticated'],
    [0, 'authenticated'],
  ])('[SIM-2] [CB-8] that expires %i seconds from now: %s', async (seconds, outcome) => {
    stopClock()
    const op = await start()
    expect(await outcomeWith(op, { exp: now(op) + seconds })).toBe(outcome)
  })

  it.each([
    [29, 'authenticated'],
    [30, 'authenticated'],
    [31, 'Invalid signature in private_key_jwt'],
  ])('[SIM-2] [CB-8] that is valid from %i seconds from now: %s', async (seconds, outcome) => {
    stopClock()
    const op = await start()
    expect(await outcomeWith(op, { nbf: now(op) + seconds })).toBe(outcome)
  })

  it.each(['HS256', 'none', 'XRS256', 'RS256X', 'RS', undefined])(
    '[SIM-2] [KEY-5] is rejected as invalid if its algorithm is %s',
    async (alg) => {
      const op = await start()
      const client_assertion = await assertionWithHeader(op, { alg })
      const { status, body } = await exchange(op, await codeFor(op), { client_assertion })
      expect([status, body.error, body.error_description]).toEqual([
        400,
        'invalid_request',
        'Invalid private_key_jwt',
      ])
    },
  )

  it('[SIM-2] [KEY-5] is rejected for its signature if its algorithm does not belong to the key', async () => {
    const op = await start()
    const client_assertion = await assertionWithHeader(op, { alg: 'PS256' })
    const { body } = await exchange(op, await codeFor(op), { client_assertion })
    expect(body.error_description).toBe('Invalid signature in private_key_jwt')
  })

  it.each(['sub', 'iss'])('[SIM-2] [CB-8] is rejected if its %s is not a text', async (name) => {
    const op = await start()
    expect(await outcomeWith(op, { [name]: 7 })).toBe('Invalid private_key_jwt')
  })

  it('[SIM-2] [CB-8] can come with the client ID that is its subject', async () => {
    const op = await start()
    const { status } = await exchange(op, await codeFor(op), { client_id: op.options.clientId })
    expect(status).toBe(200)
  })

  it.each([
    ['status 500', 500],
    ['no keys', {}],
    ['another key', { keys: [{ kid: 'another', kty: 'RSA' }] }],
  ])(
    '[SIM-2] [KEY-2] ends in server_error if the response of the service’s JWKS URL has %s',
    async (_title, response) => {
      const { url: jwksURL } = await startService(response)
      const op = await start({ client: { jwksURL } })
      const client_assertion = await assertion(op, {}, { kid: 'a-key' })
      const { status, body } = await exchange(op, await codeFor(op), { client_assertion })
      expect({ status, body }).toEqual({
        status: 400,
        body: {
          error: 'server_error',
          error_description: 'Failed to fetch or parse JWKS to verify signature of private_key_jwt',
        },
      })
    },
  )
})

describe('a token request that mixes the methods of authentication', () => {
  it.each([
    ['an assertion without its type', { client_assertion_type: undefined }],
    ['the type of an assertion alone', { client_assertion: undefined }],
    ['a secret without a client ID', { ...withoutAssertion, client_secret: 'a-secret' }],
    ['a client ID without a secret', { ...withoutAssertion, client_id: 'simulator-client' }],
  ])('[SIM-2] [CB-8] [CB-9] is rejected with %s', async (_title, form) => {
    const op = await start({ client: { tokenAuthMethod: 'client_secret_post' } })
    const { status, body } = await exchange(op, await codeFor(op), form)
    expect([status, body]).toEqual([400, { error: 'invalid_request', error_description: unknownMethod }])
  })

  it('[SIM-2] [CB-9] uses the secret if an assertion has no type', async () => {
    const op = await start({ client: { tokenAuthMethod: 'client_secret_post' } })
    const { clientId: client_id, clientSecret: client_secret } = op.secretOptions
    const form = { client_assertion_type: undefined, client_id, client_secret }
    const { status, body } = await exchange(op, await codeFor(op), form)
    expect([status, decodeJwt(String(body.id_token)).aud]).toEqual([200, client_id])
  })

  it.each(['', 'simulator-client-secre', 'simulator-client-secret ', 'SIMULATOR-CLIENT-SECRET'])(
    '[SIM-2] [CB-9] rejects the secret %j',
    async (client_secret) => {
      const op = await start({ client: { tokenAuthMethod: 'client_secret_post' } })
      const form = { ...withoutAssertion, client_id: op.options.clientId, client_secret }
      const { status, body } = await exchange(op, await codeFor(op), form)
      expect([status, body]).toEqual([
        400,
        { error: 'invalid_client', error_description: 'Invalid client secret' },
      ])
    },
  )

  it.each([
    ['client_secret_post', {}, 'Client is not registered to use private_key_jwt'],
    [
      'private_key_jwt',
      { ...withoutAssertion, client_id: 'simulator-client', client_secret: 'simulator-client-secret' },
      'Client is not registered to use client_secret_post',
    ],
  ] as const)(
    '[SIM-2] [CB-8] [CB-9] rejects the other method for a service with %s',
    async (tokenAuthMethod, form, error_description) => {
      const op = await start({ client: { tokenAuthMethod } })
      const { body } = await exchange(op, await codeFor(op), form)
      expect(body).toEqual({ error: 'invalid_client', error_description })
    },
  )

  it('[SIM-2] [CB-9] rejects the secret of a service that is not registered', async () => {
    const op = await start({ client: { tokenAuthMethod: 'client_secret_post' } })
    const form = { ...withoutAssertion, client_id: 'nobody', client_secret: 'a-secret' }
    const { body } = await exchange(op, await codeFor(op), form)
    expect(body).toEqual({ error: 'invalid_client', error_description: 'Client authentication failed' })
  })
})
