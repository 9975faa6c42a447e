import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  assertion,
  authorizationURL,
  Browser,
  exchange,
  requestObjectURL,
  start,
  userinfo,
} from './relying-party.ts'
import { startService } from './service.ts'

describe('the list of requests', () => {
  it('[SIM-3] contains every request in order, with its status', async () => {
    const op = await start()
    const callback = await new Browser().redirect(await requestObjectURL(op, { vtr: ['Cl'] }))
    const { body } = await exchange(op, callback.searchParams.get('code') ?? '')
    await userinfo(op, String(body.access_token))
    await userinfo(op, 'wrong')

    expect(op.requests.map(({ endpoint, method, status }) => [endpoint, method, status])).toEqual([
      ['authorize', 'GET', 302],
      ['token', 'POST', 200],
      ['userinfo', 'GET', 200],
      ['userinfo', 'GET', 401],
    ])
    const [authorization, token, claims] = op.requests
    expect(authorization?.params).toMatchObject({ response_type: 'code', scope: 'openid email' })
    expect(authorization?.requestObject).toMatchObject({
      header: { alg: 'RS256' },
      claims: { aud: `${op.issuer}authorize`, vtr: ['Cl'] },
    })
    expect(token?.params).toMatchObject({ grant_type: 'authorization_code' })
    expect(token?.clientAssertion).toMatchObject({ claims: { sub: op.options.clientId } })
    expect(claims?.headers.authorization).toBe(`Bearer ${String(body.access_token)}`)
  })

  it('[SIM-3] contains the responses, with their tokens decoded', async () => {
    const op = await start()
    const callback = await new Browser().redirect(await requestObjectURL(op, { vtr: ['Cl'] }))
    await exchange(op, callback.searchParams.get('code') ?? '')
    const [authorization, token] = op.requests
    expect(authorization?.response).toMatchObject({ headers: { Location: callback.href }, tokens: {} })
    expect(token?.response?.body).toContain('"id_token":"')
    expect(token?.response?.tokens.id_token).toMatchObject({
      header: { alg: 'ES256' },
      claims: { iss: op.issuer, aud: op.options.clientId },
    })
  })

  it('[SIM-3] contains a response that a fault made unreadable exactly as it was sent', async () => {
    const op = await start()
    op.breakNext('token', 'malformed-json')
    const callback = await new Browser().redirect(await requestObjectURL(op, { vtr: ['Cl'] }))
    await exchange(op, callback.searchParams.get('code') ?? '').catch(() => undefined)
    const { response } = op.requests.at(-1) ?? {}
    expect(response?.tokens).toEqual({})
    expect(() => JSON.parse(response?.body ?? '') as unknown).toThrow()
  })

  it('[SIM-3] counts every request, including those no longer in the list', async () => {
    const op = await start()
    const calls = Array.from({ length: 1010 }, () => fetch(`${op.issuer}trustmark`))
    await Promise.all(calls)
    expect(op.requests).toHaveLength(1000)
    await fetch(`${op.issuer}.well-known/jwks.json`)
    expect(op.requests).toHaveLength(1000)
    expect(op.requests.at(-1)?.endpoint).toBe('jwks')
    expect(op.requestCount).toBe(1011)
  })

  it('[SIM-3] contains the query and the form of a request, and of a repeated parameter the value that counts', async () => {
    const op = await start()
    const body = new URLSearchParams({ code: 'of-the-form', grant_type: 'authorization_code' })
    await fetch(`${op.issuer}token?code=of-the-query&further=1`, { method: 'POST', body })
    expect(op.requests[0]?.path).toBe('/token')
    expect(op.requests[0]?.params).toEqual({
      code: 'of-the-form',
      grant_type: 'authorization_code',
      further: '1',
    })
  })

  it('[SIM-3] contains blocked requests and requests for unknown pages', async () => {
    const op = await start()
    await fetch(`${op.issuer}userinfo?${'x'.repeat(3000)}`)
    await fetch(`${op.issuer}elsewhere`)
    expect(op.requests.map(({ endpoint, path, status }) => [endpoint, path, status])).toEqual([
      ['userinfo', '/userinfo', 403],
      ['unknown', '/elsewhere', 404],
    ])
  })

  it('[SIM-3] explains in plain words what was wrong if the response does not', async () => {
    const op = await start()
    const browser = new Browser()
    const problemOf = async (sent: Promise<unknown>) => {
      await sent
      return op.requests.at(-1)?.problem
    }
    const authorize = (params: Record<string, string | undefined>) =>
      browser.get(authorizationURL(op, params))
    expect(await problemOf(authorize({}))).toBeUndefined()
    expect(await problemOf(authorize({ client_id: 'nobody' }))).toBe('client_id nobody is unknown')
    expect(await problemOf(authorize({ redirect_uri: 'http://127.0.0.1:9/' }))).toBe(
      'redirect_uri http://127.0.0.1:9/ is not registered',
    )
    expect(await problemOf(authorize({ redirect_uri: undefined }))).toBe('redirect_uri is missing')
    expect(await problemOf(authorize({ prompt: 'maybe' }))).toBe('prompt is unknown')
    expect(await problemOf(authorize({ nonce: undefined }))).toContain('Request is missing nonce parameter')
    const object = await requestObjectURL(op, { exp: 1 })
    expect(await problemOf(browser.get(object))).toBe('the request object has expired')
    expect(await problemOf(exchange(op, 'x'))).toMatch(/^the code is unknown, used/)
    expect(await problemOf(exchange(op, 'x', { code: undefined }))).toContain('missing code')
    expect(await problemOf(fetch(`${op.issuer}userinfo?${'x'.repeat(2049)}`))).toBe(
      'the query has 2049 characters, over 2048',
    )
  })

  it('[SIM-3] explains which key is missing, and what to do after the simulator was started again', async () => {
    const jwks = await startService(500, { keys: [] })
    const op = await start()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const problemOf = async (sent: Promise<unknown>) => {
      await sent
      return op.requests.at(-1)?.problem
    }
    const newKey = /^no key that is registered .* give the service its new private key/
    const url = await requestObjectURL(op, {}, {}, {}, privateKey)
    expect(await problemOf(new Browser().get(url))).toMatch(newKey)
    const foreign = await assertion(op, {}, {}, privateKey)
    expect(await problemOf(exchange(op, 'x', { client_assertion: foreign }))).toMatch(newKey)
    const client_assertion = await assertion(op, { aud: 'x' })
    expect(await problemOf(exchange(op, 'x', { client_assertion }))).toBe(
      'iss, aud or nbf of the assertion is wrong',
    )
    op.register({ jwksURL: jwks.url })
    const named = await assertion(op, {}, { kid: 'a-key' })
    const ask = () => problemOf(exchange(op, 'x', { client_assertion: named }))
    expect(await ask()).toBe(`${jwks.url} returned status 500`)
    expect(await ask()).toBe(`${jwks.url} has no RSA key a-key`)
    op.register({ jwksURL: 'http://127.0.0.1:1/' })
    expect(await ask()).toBe('The JWKS of the service cannot be used: http://127.0.0.1:1/')
    expect(await problemOf(exchange(op, 'x'))).toBe('A service with a JWKS URL must send a kid')
    const page = await requestObjectURL(op, {}, {}, { kid: 'a-key' })
    expect(await problemOf(new Browser().get(page))).toContain('cannot be used')
  })

  it('[SIM-3] has no status for a request that got no response', async () => {
    const op = await start()
    op.breakNext('jwks', 'refuse')
    await fetch(`${op.issuer}.well-known/jwks.json`).catch(() => undefined)
    expect(op.requests[0]).not.toHaveProperty('status')
  })
})
