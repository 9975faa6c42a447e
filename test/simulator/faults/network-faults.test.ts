import { simulatorFaults, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { authorizationURL, Browser, codeFor, exchange, start } from '../relying-party.ts'

const endpoints = [
  'discovery',
  'jwks',
  'did',
  'trustmark',
  'authorize',
  'token',
  'userinfo',
  'logout',
] as const

function addressOf(op: Simulator, place: (typeof endpoints)[number]): URL {
  const paths = {
    discovery: '.well-known/openid-configuration',
    jwks: '.well-known/jwks.json',
    did: '.well-known/did.json',
    trustmark: 'trustmark',
    authorize: 'authorize',
    token: 'token',
    userinfo: 'userinfo',
    logout: 'logout',
  }
  return place === 'authorize' ? authorizationURL(op) : new URL(paths[place], op.issuer)
}

/** What a caller sees of an answer: its status and the length of its body, or the code of the failure. */
async function outcome(op: Simulator, place: (typeof endpoints)[number], signal = AbortSignal.timeout(5000)) {
  const init = place === 'token' ? { method: 'POST', body: 'x=y' } : {}
  try {
    const response = await fetch(addressOf(op, place), { ...init, redirect: 'manual', signal })
    return { status: response.status, length: (await response.text()).length }
  } catch (error) {
    return { failure: codeOf(error) }
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.name
}

describe.each(endpoints)('a fault of the network at %s', (place) => {
  it('[SIM-3] [CONF-6] closes the connection without an answer, cuts the answer, or resets in the middle of it', async () => {
    const op = await start()
    const good = await outcome(op, place)
    op.breakNext(place, 'refuse')
    op.breakNext(place, 'truncated')
    op.breakNext(place, 'reset')
    expect(await outcome(op, place)).toEqual({
      failure: expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/) as string,
    })
    expect(await outcome(op, place)).toEqual({
      failure: expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/) as string,
    })
    expect(await outcome(op, place)).toEqual({
      failure: expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/) as string,
    })
    expect(await outcome(op, place)).toEqual(good)
  })

  it('[SIM-3] [CONF-6] never answers, and does not hinder closing', async () => {
    const op = await start()
    op.breakUntilReset(place, 'hang')
    const patience = new AbortController()
    const given = outcome(op, place, patience.signal)
    const hanging = outcome(op, place)
    await expect.poll(() => op.requests.length, { timeout: 5000 }).toBe(2)
    patience.abort()
    expect(await given).toEqual({ failure: 'AbortError' })
    await op.close()
    expect(await hanging).toHaveProperty('failure')
  })

  it('[SIM-3] answers late', async () => {
    const op = await start()
    const good = await outcome(op, place)
    op.breakNext(place, 'slow', { seconds: 0.05 })
    const begin = performance.now()
    expect(await outcome(op, place)).toEqual(good)
    expect(performance.now() - begin).toBeGreaterThan(45)
    op.breakNext(place, 'slow', { seconds: 600 })
    const late = outcome(op, place)
    await expect.poll(() => op.requests.length, { timeout: 5000 }).toBe(3)
    await op.close()
    expect(await late).toHaveProperty('failure')
  })

  it('[SIM-3] [CONF-6] sends ten megabytes after the answer', async () => {
    const op = await start()
    op.breakNext(place, 'oversized')
    const { length = 0 } = await outcome(op, place)
    expect(length).toBeGreaterThan(10_000_000)
  })

  it('[SIM-3] [CB-11] answers with a gateway’s page, with any status, or a redirect', async () => {
    const op = await start()
    const statuses = []
    for (const fault of ['html', '429', '500', '502', '503', '504', 'redirect'] as const) {
      op.breakNext(place, fault)
      statuses.push((await outcome(op, place)).status)
    }
    expect(statuses).toEqual([200, 429, 500, 502, 503, 504, 302])
  })
})

describe('a fault of the network', () => {
  it('[SIM-3] is known by the same names at every endpoint', () => {
    for (const place of endpoints)
      expect(simulatorFaults[place]).toEqual(expect.arrayContaining(simulatorFaults.trustmark))
  })

  it('[SIM-3] [CB-10] keeps the provider from working on the request, or does not, as the table says', async () => {
    const op = await start()
    const isUsedUpBy = async (fault: '503' | 'truncated' | 'refuse') => {
      const code = await codeFor(op)
      op.breakNext('token', fault)
      await exchange(op, code).catch(() => undefined)
      return (await exchange(op, code)).status === 400
    }
    expect(await isUsedUpBy('503')).toBe(false)
    expect(await isUsedUpBy('refuse')).toBe(false)
    expect(await isUsedUpBy('truncated')).toBe(true)
  })

  it('[SIM-3] leads to nothing when its redirect is followed', async () => {
    const op = await start()
    op.breakNext('jwks', 'redirect')
    const response = await fetch(addressOf(op, 'jwks'))
    expect(response.status).toBe(404)
    expect(op.requests.map(({ endpoint, path }) => [endpoint, path])).toEqual([
      ['jwks', '/.well-known/jwks.json'],
      ['unknown', '/nothing-here'],
    ])
  })

  it('[SIM-3] hits the whole port when the simulator stops listening, and everything is there when it listens again', async () => {
    const op = await start()
    const code = await codeFor(op)
    await op.stopListening()
    expect(await outcome(op, 'jwks')).toEqual({ failure: 'ECONNREFUSED' })
    await op.stopListening()
    await op.listenAgain()
    await op.listenAgain()
    expect((await exchange(op, code)).status).toBe(200)
  })

  it('[SIM-3] does not concern a browser on its way through other endpoints', async () => {
    const op = await start()
    op.breakUntilReset('token', '503')
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })
})
