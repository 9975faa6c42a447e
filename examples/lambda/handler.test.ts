import { MemoryStore } from 'express-session'
import { readyUser, startSimulator } from 'passport-govuk-one-login/simulator'
import { expect, it, onTestFinished } from 'vitest'
import { Browser } from '../../test/support/browser.ts'
import { createHandler, type HttpApiEvent, type HttpApiResult } from './handler.ts'

const site = 'https://tax-your-dragon.service.gov.uk'

/** 2 instances of the function that share a store, called in turn, as API Gateway calls them. */
async function deploy() {
  const simulator = await startSimulator({
    callbackURL: `${site}/auth/callback`,
    backChannelLogoutURL: `${site}/back-channel-logout`,
  })
  onTestFinished(() => simulator.close())
  const store = new MemoryStore()
  const instances = [1, 2].map(() => createHandler(simulator.options, store, 'for tests'))
  const cookies = new Map<string, string>()
  let calls = 0
  const call = async (
    path: string,
    { method = 'GET', body = '', headers = {} } = {},
  ): Promise<HttpApiResult> => {
    const [rawPath = '', rawQueryString = ''] = path.split('?')
    const event: HttpApiEvent = {
      version: '2.0',
      rawPath,
      rawQueryString,
      cookies: [...cookies].map((pair) => pair.join('=')),
      headers: { host: new URL(site).host, accept: 'text/html', 'x-forwarded-proto': 'https', ...headers },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
      requestContext: { http: { method, path: rawPath, sourceIp: '203.0.113.7' } },
    }
    const instance = instances[calls++ % instances.length]
    if (!instance) throw new Error('There is no instance.')
    const result = await instance(event)
    for (const line of result.cookies ?? []) {
      const [name = '', ...value] = line.split(';')[0]?.split('=') ?? []
      cookies.set(name, value.join('='))
    }
    return result
  }
  return { simulator, call }
}

it('[USE-5] signs a user in with events of an API Gateway HTTP API, on 2 instances', async () => {
  const { simulator, call } = await deploy()
  const browser = new Browser()
  let result = await call('/treasure')
  for (let next = result.headers.location; next; next = result.headers.location) {
    const page = next.startsWith(simulator.url)
      ? await browser.visit(next, { stopAt: (location) => location.startsWith(site) })
      : { headers: { location: new URL(next, site).href } }
    const { pathname, search } = new URL(page.headers.location ?? '', site)
    result = await call(pathname + search)
  }
  expect(result.statusCode).toBe(200)
  expect(JSON.parse(result.body)).toMatchObject({ sub: readyUser('typical').sub, identity: { proven: true } })
  expect((await call('/')).body).toBe('You are signed in')
})

it('[USE-5] sets each cookie in its own header, secure and for this service only', async () => {
  const { call } = await deploy()
  const { cookies = [] } = await call('/treasure')
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
})

it('[USE-5] reads the form of a back-channel logout from an event', async () => {
  const { call } = await deploy()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { statusCode } = await call('/back-channel-logout', {
    method: 'POST',
    body: 'logout_token=x',
    headers,
  })
  expect(statusCode).toBe(400)
})
