import { generateKeyPairSync } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import { RequestLog } from '../../lib/simulator/request-log.ts'
import {
  assertion,
  authorizationURL,
  Browser,
  exchange,
  requestObjectURL,
  start,
  tokenRequest,
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

  it('[SIM-3] counts every request, including those no longer in the list', () => {
    const log = new RequestLog()
    const record = (path: string) => {
      const message = new IncomingMessage(new Socket())
      const req = Object.assign(message, { path, originalUrl: path, method: 'GET' }) as Request
      log.record(req, new ServerResponse(req) as Response, () => undefined)
    }
    const paths = Array.from({ length: 1010 }, (_, index) => `/${index}`)
    for (const path of paths) record(path)
    expect(log.entries.map(({ path }) => path)).toEqual(paths.slice(10))
    expect(log.count).toBe(1010)
  })

  it('[SIM-3] is counted from the start of the simulator', async () => {
    const op = await start()
    await Promise.all([fetch(`${op.issuer}trustmark`), fetch(`${op.issuer}trustmark`)])
    expect([op.requests.length, op.requestCount]).toEqual([2, 2])
  })

  it('[SIM-3] contains the query and the form of a request, and of a repeated parameter the value that counts', async () => {
    const op = await start()
    const body = new URLSearchParams({ code: 'of-the-form', grant_type: 'authorization_code' })
    await fetch(`${op.issuer}token?code=of-the-query&further=1?`, { method: 'POST', body })
    expect(op.requests[0]?.path).toBe('/token')
    expect(op.requests[0]?.params).toEqual({
      code: 'of-the-form',
      grant_type: 'authorization_code',
      further: '1?',
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
    const jwks = await startService(404, { keys: [] })
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
    expect(await ask()).toBe(`${jwks.url} returned status 404`)
    expect(await ask()).toBe(`${jwks.url} has no RSA key a-key`)
    op.register({ jwksURL: 'http://127.0.0.1:1/' })
    expect(await ask()).toBe('The JWKS of the service cannot be used: http://127.0.0.1:1/')
    const numbered = await assertion(op, {}, { kid: 7 as unknown as string })
    for (const form of [{}, { client_assertion: numbered }])
      expect(await problemOf(exchange(op, 'x', form))).toBe('A service with a JWKS URL must send a kid')
    const page = await requestObjectURL(op, {}, {}, { kid: 'a-key' })
    expect(await problemOf(new Browser().get(page))).toContain('cannot be used')
    op.register({ jwksURL: '' })
    expect(await ask()).toBe('The service is registered without its JWKS URL')
  })

  it.each([
    ['GET', '.well-known/openid-configuration', 'discovery', 200],
    ['GET', '.well-known/jwks.json', 'jwks', 200],
    ['GET', '.well-known/did.json', 'did', 200],
    ['GET', 'trustmark', 'trustmark', 200],
    ['GET', 'authorize', 'authorize', 400],
    ['POST', 'authorize', 'authorize', 404],
    ['POST', 'sign-in', 'sign-in', 400],
    ['GET', 'sign-in', 'sign-in', 404],
    ['POST', 'token', 'token', 400],
    ['GET', 'token', 'token', 404],
    ['GET', 'userinfo', 'userinfo', 401],
    ['POST', 'userinfo', 'userinfo', 404],
    ['GET', 'logout', 'logout', 302],
    ['POST', 'logout', 'logout', 404],
    ['GET', 'choose?user=typical', 'unknown', 200],
    ['GET', 'signed-out', 'unknown', 200],
    ['GET', 'in-person', 'unknown', 200],
    ['GET', '', 'unknown', 200],
  ])(
    '[SIM-1] [SIM-3] contains a %s request to /%s as %s, with status %i',
    async (method, path, endpoint, status) => {
      const op = await start()
      const response = await fetch(`${op.issuer}${path}`, { method, redirect: 'manual' })
      expect(op.requests.map((request) => [request.method, request.endpoint, request.status])).toEqual([
        [method, endpoint, status],
      ])
      expect(response.headers.has('x-powered-by')).toBe(false)
    },
  )

  it('[SIM-1] contains a request whose body is over a megabyte, which gets status 413', async () => {
    const op = await start()
    const send = async (length: number) =>
      fetch(`${op.issuer}token`, { method: 'POST', body: 'x'.repeat(length) })
    expect((await send(1024 * 1024)).status).toBe(400)
    const refused = await send(1024 * 1024 + 1)
    expect([refused.status, await refused.text()]).toEqual([413, 'Internal server error'])
  })

  it('[SIM-1] has status 500 for a request that fails, and the next one succeeds', async () => {
    const op = await start()
    op.register({ publicKeys: ['not a key'] })
    const failed = await tokenRequest(op, 'a-code')
    expect([failed.status, await failed.text()]).toEqual([500, 'Internal server error'])
    expect(op.requests.at(-1)?.status).toBe(500)
    expect((await fetch(`${op.issuer}trustmark`)).status).toBe(200)
  })

  it('[SIM-3] has no status for a request that got no response', async () => {
    const op = await start()
    op.breakNext('jwks', 'refuse')
    await fetch(`${op.issuer}.well-known/jwks.json`).catch(() => undefined)
    expect(op.requests[0]).not.toHaveProperty('status')
  })
})
