import type { Request, Response } from 'express'
import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { OneLoginOptions } from '../../lib/options/one-login-options.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { RelyingParty } from '../../lib/express/relying-party.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { metadataOf } from '../support/provider-metadata.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'

/** The language that a sign-in requests, with these options, for a request in this language. */
async function languageOf(uiLocales: unknown, options: object = {}, language?: string) {
  await using server = await startScriptedServer((response, request) => json(discovery)(response, request))
  const issuer = `${server.url}/`
  const discovery = metadataOf(issuer)
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

describe('a callback that a sign-in waits for', () => {
  /** Whether a request is awaited, of a browser that has started a sign-in as this user. */
  async function isAwaited(differing: object, sub = 'a-user', state?: string, path = '/auth/callback') {
    const settings = parseStrategyOptions({
      environment: 'integration',
      clientId: 'tax-your-dragon',
      clientSecret: 'secret',
      callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
    })
    const service = new RelyingParty(settings)
    const headers: { cookie?: string } = {}
    const req = { method: 'GET', headers, sessionStore: new MemoryStore() } as unknown as Request
    const transaction = createTransaction(service.signInSettings({}), { sub: 'a-user' })
    const secret = await service.waiting.save(service.sessions.records(req), transaction)
    const append = (_name: string, [line = '']: string[]) => (headers.cookie = line.split(';')[0] ?? '')
    service.cookies.set(req, { append } as unknown as Response, transaction.state, secret)
    Object.assign(req, { originalUrl: `${path}?code=a&state=${state ?? transaction.state}` }, differing)
    return service.isAwaited(req, sub)
  }

  it('[SESS-13] is one of the same user, in the same browser', async () => {
    expect(await isAwaited({})).toBe(true)
    expect(await isAwaited({}, 'another')).toBe(false)
    expect(await isAwaited({ headers: {} })).toBe(false)
  })

  it.each([
    ['another method', { method: 'POST' }, undefined],
    ['the HEAD method', { method: 'HEAD' }, undefined],
    ['an empty state', {}, ''],
    ['the state of no sign-in', {}, 'another'],
    ['no state', { originalUrl: '/auth/callback?code=a' }, undefined],
    ['no query', { originalUrl: '/auth/callback' }, undefined],
    ['an empty store', { sessionStore: new MemoryStore() }, undefined],
  ])('[SESS-13] is not one with %s', async (_what, differing, state) => {
    expect(await isAwaited(differing, 'a-user', state)).toBe(false)
  })

  it.each(['/other', '/account', '/'])('[SESS-13] is not at another address: %s', async (address) => {
    expect(await isAwaited({}, 'a-user', undefined, address)).toBe(false)
  })
})
