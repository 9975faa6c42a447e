import { describe, expect, it } from 'vitest'
import { Browser, exchange, requestObjectURL, start, userinfo } from './relying-party.ts'

describe('the record of requests', () => {
  it('[SIM-3] holds everything that was sent, newest last, with its status', async () => {
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

  it('[SIM-3] holds what the firewall blocked and what is not there', async () => {
    const op = await start()
    await fetch(`${op.issuer}userinfo?${'x'.repeat(3000)}`)
    await fetch(`${op.issuer}elsewhere`)
    expect(op.requests.map(({ endpoint, path, status }) => [endpoint, path, status])).toEqual([
      ['userinfo', '/userinfo', 403],
      ['unknown', '/elsewhere', 404],
    ])
  })

  it('[SIM-3] has no status for a request that was not answered', async () => {
    const op = await start()
    op.breakNext('jwks', 'refuse')
    await fetch(`${op.issuer}.well-known/jwks.json`).catch(() => undefined)
    expect(op.requests[0]).not.toHaveProperty('status')
  })
})
