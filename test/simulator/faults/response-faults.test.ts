import type { Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { authorizationURL, Browser, start } from '../relying-party.ts'
import { observeResponse, responseDifference } from './observed-response.ts'

describe('a fault of the token response', () => {
  const refused = async (op: Simulator) => {
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'y' }
    const body = new URLSearchParams(form)
    return observeResponse(await fetch(`${op.issuer}token`, { method: 'POST', body }))
  }

  it.each([
    ['malformed-json', 'body'],
    ['not-an-object', 'body'],
    ['empty-body', 'body'],
    ['wrong-content-type', 'header content-type'],
    ['storage-failure', 'response 500'],
  ] as const)('[SIM-3] [CB-11] %s changes error responses too: %s', async (fault, change) => {
    const op = await start()
    const good = await refused(op)
    expect(good.status).toBe(400)
    op.breakNext('token', fault)
    expect(Object.keys(responseDifference(good, await refused(op)))).toEqual([change])
    expect(await refused(op)).toEqual(good)
  })
})

describe('a fault of the redirect to the service', () => {
  it('[SIM-3] is kept for a request that would have succeeded', async () => {
    const op = await start()
    const browser = new Browser()
    op.breakNext('authorize', 'wrong-state')
    const refused = await browser.redirect(authorizationURL(op, { nonce: undefined }))
    expect(refused.searchParams.get('state')).toBe('a-state')
    const broken = await browser.redirect(authorizationURL(op))
    expect(broken.searchParams.get('state')).toBe('another-value')
  })
})
