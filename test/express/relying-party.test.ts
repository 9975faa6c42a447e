import type { Request, Response } from 'express'
import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { OneLoginOptions } from '../../lib/options/one-login-options.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { RelyingParty } from '../../lib/express/relying-party.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'

/** The language that a sign-in requests, with these options, for a request in this language. */
async function languageOf(uiLocales: unknown, options: object = {}, language?: string) {
  await using server = await startScriptedServer((response, request) => json(discovery)(response, request))
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
  const store = new MemoryStore()
  const session = { cookie: {}, regenerate: () => undefined }
  const req = { headers: {}, session, sessionStore: store, query: { language } } as unknown as Request
  const res = { append: () => res } as unknown as Response
  const url = await service.start(req, res, service.signInSettings(options))
  return new URL(url).searchParams.get('ui_locales')
}

describe('the language of One Login’s pages', () => {
  const byRequest = (req: Request) => req.query.language

  it.each([
    [undefined, null],
    ['en', 'en'],
    ['cy', 'cy'],
  ])('[AUTHZ-8] is the one in the options: %s', async (uiLocales, language) => {
    expect(await languageOf(uiLocales)).toBe(language)
  })

  it.each(['en', 'cy'])(
    '[AUTHZ-8] is the one that the service returns for the request: %s',
    async (language) => {
      expect(await languageOf(byRequest, {}, language)).toBe(language)
    },
  )

  it.each(['fr', 'en-GB', 'cy en', '', undefined])(
    '[AUTHZ-8] is not sent if the service returns %j, which One Login does not have',
    async (language) => {
      expect(await languageOf(byRequest, {}, language)).toBeNull()
    },
  )

  it('[AUTHZ-8] is the one of the sign-in’s own options first', async () => {
    expect(await languageOf('en', { uiLocales: 'cy' })).toBe('cy')
    expect(await languageOf(byRequest, { uiLocales: 'cy' }, 'en')).toBe('cy')
  })
})
