import { request } from 'node:http'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { authorizationURL, Browser, start } from './relying-party.ts'

function statusWith(
  op: Simulator,
  path: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, op.issuer), { headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject).end()
  })
}

describe('the firewall', () => {
  it.each([
    '.well-known/openid-configuration',
    '.well-known/jwks.json',
    '.well-known/did.json',
    'token',
    'userinfo',
  ])('[SIM-2] [CONF-5] blocks a call to %s that does not say who makes it', async (path) => {
    const op = await start()
    expect(await statusWith(op, path, {})).toBe(403)
    expect(await statusWith(op, path, { 'User-Agent': ' ' })).toBe(403)
    const allowed = { token: 404, userinfo: 401 }[path] ?? 200
    expect(await statusWith(op, path, { 'User-Agent': 'a-service/1.0' })).toBe(allowed)
  })

  it('[SIM-2] [AUTHZ-10] blocks a query of more than 4096 characters at /authorize', async () => {
    const op = await start()
    const browser = new Browser()
    const { length } = authorizationURL(op, { login_hint: '' }).search.slice(1)
    const fits = authorizationURL(op, { login_hint: 'x'.repeat(4096 - length) })
    expect(fits.search).toHaveLength(4097)
    expect((await browser.get(fits)).status).toBe(302)
    const blocked = await browser.get(`${fits.href}x`)
    expect(blocked.status).toBe(403)
    expect(await blocked.text()).toContain('The request could not be satisfied')
  })

  it('[SIM-2] [SESS-3] blocks a query of more than 2048 characters everywhere else', async () => {
    const op = await start()
    const browser = new Browser()
    expect((await browser.get(`${op.issuer}logout?state=${'x'.repeat(2042)}`)).status).toBe(302)
    expect((await browser.get(`${op.issuer}logout?state=${'x'.repeat(2043)}`)).status).toBe(403)
  })
})
