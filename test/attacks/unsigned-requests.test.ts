import type { Express, RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import type { ClaimName, OneLoginStrategy, OneLoginUser } from '../../lib/index.ts'
import type { Browser } from '../support/browser.ts'
import { startPair, type Pair } from '../support/simulator.ts'

const ok: RequestHandler = (_req, res) => void res.send('the page')
const pages = (app: Express, oneLogin: OneLoginStrategy) => {
  app.get('/pep', oneLogin.requireIdentity({ level: 'P2', claims: ['returnCode'] }), ok)
  app.get('/letter', oneLogin.requireIdentity({ level: 'P2', claims: ['address'] }), ok)
  app.get('/travel', oneLogin.requireIdentity({ level: 'P2', claims: ['passport', 'drivingPermit'] }), ok)
}

const claimPrefix = 'https://vocab.account.gov.uk/v1/'

/** Reads the signed request that the service made, and writes it as a plain query without some of its claims. */
function withoutClaims(signed: string, left: readonly ClaimName[]): string {
  const url = new URL(signed)
  const [, payload = ''] = url.searchParams.get('request')?.split('.') ?? []
  const object = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const { userinfo } = JSON.parse(object.claims as string) as { userinfo: Record<string, null> }
  const claims = Object.entries(userinfo).filter(
    ([name]) => !left.some((claim) => name === claimPrefix + claim),
  )
  const parameters = {
    ...Object.fromEntries(
      Object.entries(object).filter(
        ([name]) => !['aud', 'iss', 'iat', 'exp', 'jti', 'claims'].includes(name),
      ),
    ),
    vtr: JSON.stringify(object.vtr),
    claims: JSON.stringify({ userinfo: Object.fromEntries(claims) }),
  }
  url.search = new URLSearchParams(parameters).toString()
  return url.href
}

/** Visits a page as a signed-in user, and removes claims from the identity request. */
async function visitStripped({ op, service }: Pair, browser: Browser, path: string, left: ClaimName[]) {
  const isIdentityRequest = (location: string) => location.startsWith(new URL('authorize', op.issuer).href)
  await browser.visit(`${service.url}/account`)
  const { headers } = await browser.visit(service.url + path, { stopAt: isIdentityRequest })
  return await browser.visit(withoutClaims(String(headers.location), left))
}

const start = () => startPair({ routes: pages, simulator: { client: { requestObjectRequired: false } } })

describe('a request for an identity that is sent again as a plain query', () => {
  it.each([
    ['returnCode', '/pep'],
    ['address', '/letter'],
  ] as const)('[AUTHZ-20] opens no page without the claim %s', async (claim, path) => {
    await using pair = await start()
    const browser = pair.browser()
    pair.op.respondWith({ returnCodes: ['P'] })
    const page = await visitStripped(pair, browser, path, [claim])
    expect(page.status).toBe(403)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'identity_claim_missing' })
    const { body } = await browser.send(`${pair.service.url}/whoami`)
    expect((JSON.parse(body) as OneLoginUser).identity).toBeUndefined()
    const again = await browser.visit(pair.service.url + path, { stopAt: true })
    expect(again.status).toBe(303)
    expect(again.trail).toHaveLength(1)
  })

  it('[AUTHZ-20] names the claim, and the registration that prevents it', async () => {
    await using pair = await start()
    const page = await visitStripped(pair, pair.browser(), '/letter', ['address'])
    const { message } = JSON.parse(page.body) as { message: string }
    expect(message).toMatch(/claim address.*JarValidationRequired/s)
  })

  it('[AUTHZ-20] keeps an identity that was proven with all claims', async () => {
    await using pair = await start()
    const browser = pair.browser()
    expect((await browser.visit(`${pair.service.url}/pep`)).body).toBe('the page')
    expect((await visitStripped(pair, browser, '/letter', ['address'])).status).toBe(403)
    expect((await browser.visit(`${pair.service.url}/pep`)).body).toBe('the page')
    expect((await browser.visit(`${pair.service.url}/letter`)).body).toBe('the page')
  })

  it.each<[path: string, left: ClaimName[]]>([
    ['/pep', ['coreIdentityJWT']],
    ['/pep', ['coreIdentityJWT', 'returnCode']],
    ['/letter', ['coreIdentityJWT', 'address']],
  ])('[AUTHZ-20, CID-7] proves no identity without the core identity: %s without %j', async (path, left) => {
    await using pair = await start()
    const page = await visitStripped(pair, pair.browser(), path, left)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'identity_not_proven' })
  })

  it('[AUTHZ-20] is accepted without documents, because not every user has them', async () => {
    await using pair = await start()
    const page = await visitStripped(pair, pair.browser(), '/travel', ['passport', 'drivingPermit'])
    expect(page.body).toBe('the page')
  })

  it('[AUTHZ-20] is rejected by One Login if the client must send request objects', async () => {
    await using pair = await startPair({
      routes: pages,
      simulator: { client: { requestObjectRequired: true } },
    })
    const page = await visitStripped(pair, pair.browser(), '/pep', ['returnCode'])
    expect(JSON.parse(page.body)).toMatchObject({ code: 'access_denied' })
  })
})

describe('a proven identity', () => {
  it.each(['returnCode', 'address'])('[AUTHZ-20, CID-13] can have null as %s', async (claim) => {
    await using pair = await start()
    pair.op.respondWith({ claims: { [claimPrefix + claim]: null } })
    const browser = pair.browser()
    for (const path of ['/pep', '/letter'])
      expect((await browser.visit(pair.service.url + path)).body).toBe('the page')
  })
})
