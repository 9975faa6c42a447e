import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import { authorizationURL, Browser, identityFor, start, vocabulary } from './relying-party.ts'

vi.mock('express', () => vi.importActual<object>('express4'))

describe('with Express 4', () => {
  it('[SIM-1] the tests in this file use Express 4', () => {
    expect(express.application).toHaveProperty('lazyrouter')
  })

  it('[SIM-1] the simulator signs in and proves an identity', async () => {
    const op = await start()
    expect(await identityFor(op)).toHaveProperty([`${vocabulary}coreIdentityJWT`])
  })

  it('[SIM-2] the simulator redirects with errors, blocks requests and shows pages', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const page = await browser.get(authorizationURL(op))
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect((await browser.get(authorizationURL(op, { client_id: 'nobody' }))).status).toBe(400)
    expect((await browser.get(`${op.issuer}logout?${'x'.repeat(3000)}`)).status).toBe(403)
    expect((await browser.get(`${op.issuer}elsewhere`)).status).toBe(404)
  })

  it('[SIM-2] the simulator responds with 413 if a body is too large', async () => {
    const op = await start()
    const response = await fetch(`${op.issuer}token`, { method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) })
    expect(response.status).toBe(413)
  })
})
