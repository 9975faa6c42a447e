import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import type { OneLoginOptions } from '../../lib/options/one-login-options.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { RelyingParty } from '../../lib/express/relying-party.ts'
import { json, startAnsweringServer } from '../support/answering-server.ts'

/** The language that a sign-in asks for, in a service with these options, for a request in this language. */
async function languageOf(uiLocales: unknown, options: object = {}, language?: string) {
  await using server = await startAnsweringServer((response, request) => json(discovery)(response, request))
  const issuer = `${server.url}/`
  const discovery = {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}jwks`,
  }
  const settings = parseStrategyOptions({
    environment: {
      issuer,
      didDocumentURL: `${issuer}did.json`,
      didController: 'did:web:localhost',
      coreIdentityIssuer: issuer,
      allowInsecureRequests: true,
    },
    clientId: 'tax-your-dragon',
    clientSecret: 'secret',
    callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
    uiLocales: uiLocales as OneLoginOptions['uiLocales'],
  })
  const service = new RelyingParty(settings)
  const req = { session: {}, query: { language } } as unknown as Request
  const url = await service.start(req, service.signInSettings(options))
  return new URL(url).searchParams.get('ui_locales')
}

describe('the language of One Login’s pages', () => {
  const byRequest = (req: Request) => req.query.language

  it.each([
    [undefined, null],
    ['en', 'en'],
    ['cy', 'cy'],
  ])('[AUTHZ-8] is what the service says: %s', async (uiLocales, language) => {
    expect(await languageOf(uiLocales)).toBe(language)
  })

  it.each(['en', 'cy'])('[AUTHZ-8] is what the service makes of the request: %s', async (language) => {
    expect(await languageOf(byRequest, {}, language)).toBe(language)
  })

  it.each(['fr', 'en-GB', 'cy en', '', undefined])(
    '[AUTHZ-8] is left open where the service makes %j of the request, which One Login does not have',
    async (language) => {
      expect(await languageOf(byRequest, {}, language)).toBeNull()
    },
  )

  it('[AUTHZ-8] is what one sign-in asks for, before anything else', async () => {
    expect(await languageOf('en', { uiLocales: 'cy' })).toBe('cy')
    expect(await languageOf(byRequest, { uiLocales: 'cy' }, 'en')).toBe('cy')
  })
})

describe('a callback', () => {
  const service = new RelyingParty(
    parseStrategyOptions({
      environment: 'integration',
      clientId: 'tax-your-dragon',
      clientSecret: 'secret',
      callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
    }),
  )
  const request = (originalUrl: string, oneLogin?: object) =>
    ({ originalUrl, session: { ...(oneLogin && { oneLogin }) } }) as unknown as Request

  it.each([
    ['/auth/callback', true],
    ['/auth/callback?', true],
    ['/auth/callback?code=a&state=b', true],
    ['/auth/callback#a', true],
    ['http://evil.example/auth/callback?code=a', true],
    ['/behind-a-proxy?code=a&state=b', true],
    ['/behind-a-proxy?error=a&state=b', true],
    ['http://evil.example?error=a&state=b', true],
    ['/behind-a-proxy?code=a', false],
    ['/behind-a-proxy?error=a', false],
    ['/behind-a-proxy?code=a&error=b', false],
    ['/behind-a-proxy?state=b', false],
    ['/behind-a-proxy#?code=a&state=b', false],
    ['/sign-in', false],
    ['/', false],
    ['/auth/callback/', false],
    ['//evil.example/auth/callback', false],
    ['/a?b=http://c.example/auth/callback', false],
    ['/behind-a-proxy?x://&code=a&state=b', true],
    ['h2c://evil.example/auth/callback', true],
    ['/behind-a-proxy#a?code=a&state=b', false],
    ['/a/http://evil.example/auth/callback', false],
  ])('[CB-1] is told from the start of a sign-in by its address: %s', (address, is) => {
    expect(service.isCallback(request(address))).toBe(is)
  })

  it.each([
    ['/auth/callback?state=mine', { transactions: [{ state: 'mine' }] }, true],
    ['/auth/callback?state=mine', { transactions: [{ state: 'other' }, { state: 'mine' }] }, true],
    ['/auth/callback?state=mine', { transactions: [{ state: 'other' }] }, false],
    ['/auth/callback?state=mine', { transactions: [] }, false],
    ['/auth/callback?state=mine', {}, false],
    ['/auth/callback?state=mine', undefined, false],
    ['/auth/callback', { transactions: [{ state: 'mine' }] }, false],
    ['/sign-in?state=mine', { transactions: [{ state: 'mine' }] }, false],
  ])('[CB-1] is awaited where its state waits in the session: %s, %j', (address, oneLogin, is) => {
    expect(service.isAwaited(request(address, oneLogin))).toBe(is)
  })
})
