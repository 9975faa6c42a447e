import { describe, expect, it } from 'vitest'
import { recordedWaits } from '../recorded-waits.ts'
import {
  authorizationURL,
  Browser,
  claimsRequest,
  identityFor,
  identityRequest,
  paramsOf,
  start,
  tokensFor,
} from '../relying-party.ts'

describe('fault plan', () => {
  it('[SIM-3] applies each single fault once, in order, and then the lasting fault', async () => {
    const op = await start()
    const ask = async () => (await fetch(`${op.issuer}trustmark`)).status
    op.breakUntilReset('trustmark', '503')
    op.breakNext('trustmark', '429')
    op.breakNext('trustmark', '500')
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([429, 500, 503, 503])
    op.reset()
    expect(await ask()).toBe(200)
  })

  it('[SIM-3] applies a single fault without the lasting ones, wherever in the request they apply', async () => {
    const op = await start()
    const browser = new Browser()
    op.breakUntilReset('authorize', 'html')
    op.breakUntilReset('authorize', 'missing-code')
    op.breakNext('authorize', 'wrong-state')
    const params = paramsOf(await browser.redirect(authorizationURL(op)))
    expect(params).toEqual({ code: expect.any(String) as string, state: 'another-value' })
    op.respondWith({ error: { error: 'access_denied' } })
    op.breakNext('authorize', 'login-required-without-description')
    expect(paramsOf(await browser.redirect(authorizationURL(op))).error).toBe('login_required')
    expect((await browser.get(authorizationURL(op))).status).toBe(200)
  })

  it('[SIM-3] delays a slow response by 2 seconds, or by the number that a test sets', async () => {
    const op = await start()
    const lengths = recordedWaits()
    const ask = () => fetch(`${op.issuer}trustmark`)
    op.breakNext('trustmark', 'slow')
    op.breakNext('trustmark', 'slow', { seconds: 0 })
    op.breakUntilReset('trustmark', 'slow', { seconds: 7.5 })
    for (let calls = 0; calls < 4; calls += 1) await ask()
    expect(lengths).toEqual([2000, 0, 7500, 7500])
  })

  it('[SIM-3] keeps what else a test has set, after a reset', async () => {
    const op = await start({ client: { clientId: 'a-client' } })
    op.respondWith({ error: { error: 'access_denied' } })
    op.register({ callbackURL: 'http://127.0.0.1:4000/callback' })
    op.clock.advance(3600)
    op.reset()
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(callback.href).toBe('http://127.0.0.1:4000/callback?error=access_denied&state=a-state')
    expect(op.clock.now()).toBeGreaterThanOrEqual(Date.now() + 3_599_000)
  })

  it('[SIM-3] is empty after a reset, including faults that have not been applied', async () => {
    const op = await start()
    op.breakNext('trustmark', '500')
    op.reset()
    expect((await fetch(`${op.issuer}trustmark`)).status).toBe(200)
  })

  it('[SIM-3] counts how often a fault was applied, until the reset', async () => {
    const op = await start()
    op.breakUntilReset('trustmark', '503')
    op.breakNext('trustmark', '429')
    op.breakNext('jwks', '503')
    for (let calls = 0; calls < 3; calls += 1) await fetch(`${op.issuer}trustmark`)
    expect(op.timesUsed('trustmark', '429')).toBe(1)
    expect(op.timesUsed('trustmark', '503')).toBe(2)
    expect(op.timesUsed('jwks', '503')).toBe(0)
    op.reset()
    expect(op.timesUsed('trustmark', '503')).toBe(0)
    // @ts-expect-error an unknown fault
    expect(() => op.timesUsed('trustmark', 'rusty')).toThrow(/rusty/)
  })

  it('[SIM-3] counts a token fault only when it sends a token with the fault', async () => {
    const op = await start()
    op.breakUntilReset('id-token', 'wrong-nonce')
    op.breakUntilReset('authorize', 'wrong-state')
    op.breakUntilReset('authorize', 'html')
    await fetch(authorizationURL(op), { redirect: 'manual' })
    expect(op.timesUsed('authorize', 'html')).toBe(1)
    expect(op.timesUsed('authorize', 'wrong-state')).toBe(0)
    expect(op.timesUsed('id-token', 'wrong-nonce')).toBe(0)
    op.reset()
    op.breakUntilReset('id-token', 'wrong-nonce')
    await tokensFor(op)
    expect(op.timesUsed('id-token', 'wrong-nonce')).toBe(1)
    op.breakNext('core-identity', 'wrong-sub')
    await identityFor(op, { claims: claimsRequest('address') })
    expect(op.timesUsed('core-identity', 'wrong-sub')).toBe(0)
    await identityFor(op, identityRequest)
    expect(op.timesUsed('core-identity', 'wrong-sub')).toBe(1)
  })

  it('[SIM-3] applies to one simulator only', async () => {
    const [one, other] = [await start(), await start()]
    one.breakUntilReset('trustmark', '500')
    expect((await fetch(`${other.issuer}trustmark`)).status).toBe(200)
  })

  it('[SIM-3] combines faults of the same place', async () => {
    const op = await start()
    op.breakUntilReset('id-token', 'wrong-nonce')
    op.breakUntilReset('id-token', 'missing-vot')
    const { idToken } = await tokensFor(op)
    const claims = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(claims).toMatchObject({ nonce: 'another-nonce' })
    expect(claims).not.toHaveProperty('vot')
    const ask = () => fetch(`${op.issuer}.well-known/jwks.json`)
    op.breakUntilReset('jwks', 'empty-keys')
    op.breakUntilReset('jwks', 'no-store')
    const response = await ask()
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ keys: [] })
    op.breakUntilReset('jwks', '503')
    expect((await ask()).status).toBe(503)
  })

  it('[SIM-3] rejects an unknown place or fault, and lists the known ones', async () => {
    const op = await start()
    // @ts-expect-error an unknown place
    expect(() => op.breakNext('fridge', '500')).toThrow(/'fridge'.*discovery.*logout-token/)
    // @ts-expect-error an unknown fault
    expect(() => op.breakNext('id-token', 'rusty')).toThrow(
      /Unknown fault 'rusty' of 'id-token'.*wrong-nonce/,
    )
    // @ts-expect-error a fault of another place
    expect(() => op.breakUntilReset('token', 'wrong-nonce')).toThrow(
      /Unknown fault 'wrong-nonce' of 'token'. Use one of .*refuse.*no-id-token/,
    )
  })
})
