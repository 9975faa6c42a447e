import { createHash } from 'node:crypto'
import { simulatorFaults, type Simulator, type SimulatorFaults } from 'passport-govuk-one-login/simulator'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { identityRequest, now, start, tokensFor, vocabulary } from '../relying-party.ts'
import { expectChanges, ownFaults, withoutValuesGone } from './expect-changes.ts'
import {
  coreIdentityChanges,
  idTokenChanges,
  logoutCallFaults,
  logoutTokenChanges,
  type TokenFacts,
} from './expected-token-changes.ts'
import { observedLogoutCall } from './observed-logout-call.ts'
import { observeToken, publishedKeys, tokenDifference, type ObservedToken } from './observed-token.ts'

// Tokens carry the time in seconds. The clock is stopped so that two tokens differ in nothing else.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

async function factsOf(op: Simulator, { header, claims }: ObservedToken): Promise<TokenFacts> {
  const { keys } = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[]
  }
  const [further, ec, rsa] = keys.map(({ kid }) => kid)
  if (further === undefined || ec === undefined || rsa === undefined || typeof claims === 'string')
    throw new Error('Not the good documents')
  const { issuer, options } = op
  const { didController } = options.environment
  const { kid, alg } = header as { kid: string; alg: string }
  return { issuer, didController, kid, alg, ec, rsa, further, sub: String(claims.sub), now: now(op) }
}

/** An ID token without the values that are new each time. */
async function observedIdToken(op: Simulator): Promise<ObservedToken> {
  const { accessToken, idToken } = await tokensFor(op)
  const observed = observeToken(idToken, await publishedKeys(op))
  if (typeof observed.claims === 'string') return observed
  const hash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
  const { at_hash: atHash, sid } = observed.claims
  return {
    ...observed,
    claims: {
      ...observed.claims,
      ...(atHash === hash && { at_hash: 'of the access token' }),
      ...(/^[\w-]{27}$/.test(String(sid)) && { sid: 'new' }),
    },
  }
}

describe('a fault of the ID token', () => {
  it.each(ownFaults('id-token'))('[SIM-3] %s changes what its name says, and nothing else', async (fault) => {
    const op = await start()
    const good = await observedIdToken(op)
    expect(good.signature).toBe(`ES256 by ${String(good.header.kid)}`)
    op.breakNext('id-token', fault)
    const found = tokenDifference(good, await observedIdToken(op))
    expectChanges('id-token', fault, found, idTokenChanges(await factsOf(op, good))[fault])
    expect(tokenDifference(good, await observedIdToken(op))).toEqual({})
  })

  it.each(ownFaults('id-token'))(
    '[SIM-3] %s has the same effect on a token signed with RS256',
    async (fault) => {
      const op = await start()
      op.register({ idTokenSigningAlg: 'RS256' })
      const good = await observedIdToken(op)
      expect(good.signature).toBe(`RS256 by ${String(good.header.kid)}`)
      op.breakNext('id-token', fault)
      const found = tokenDifference(good, await observedIdToken(op))
      const { [fault]: expected } = idTokenChanges(await factsOf(op, good))
      // The RSA key signs only this token, so the name of the key stays the same.
      const { 'header kid': kid, ...rest } = expected
      expect(withoutValuesGone(found)).toEqual(withoutValuesGone(kid === good.header.kid ? rest : expected))
    },
  )

  it('[SIM-3] incorrect-vot is weaker than the lowest level too', async () => {
    const op = await start()
    op.breakNext('id-token', 'incorrect-vot')
    const { idToken } = await tokensFor(op, { vtr: '["Cl"]' })
    expect(observeToken(idToken, await publishedKeys(op)).claims).toMatchObject({ vot: 'C0' })
  })
})

async function observedCoreIdentity(op: Simulator, accessToken: string): Promise<ObservedToken> {
  const response = await fetch(`${op.issuer}userinfo`, {
    headers: { Authorization: `Bearer ${accessToken}` },
  })
  const body = (await response.json()) as Record<string, unknown>
  return observeToken(String(body[`${vocabulary}coreIdentityJWT`]), await publishedKeys(op))
}

describe('a fault of the core identity', () => {
  it.each(ownFaults('core-identity'))(
    '[SIM-3] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      const { accessToken } = await tokensFor(op, identityRequest)
      const observe = () => observedCoreIdentity(op, accessToken)
      const good = await observe()
      expect(good.signature).toBe(`ES256 by ${String(good.header.kid)}`)
      op.breakNext('core-identity', fault)
      const found = tokenDifference(good, await observe())
      expectChanges('core-identity', fault, found, coreIdentityChanges(await factsOf(op, good))[fault])
      expect(tokenDifference(good, await observe())).toEqual({})
    },
  )

  it.each([
    ['["Cl.Cm.P1"]', 'P0'],
    ['["Cl.Cm.P1","Cl.Cm.P2"]', 'P0'],
    ['["Cl.Cm.P3"]', 'P2'],
  ])('[SIM-3] weaker-vot is below the lowest level of %s: %s', async (vtr, vot) => {
    const op = await start()
    op.respondWith({ user: 'high-confidence' })
    op.register({ levels: ['P0', 'P1', 'P2', 'P3'] })
    const { accessToken } = await tokensFor(op, { ...identityRequest, vtr })
    op.breakNext('core-identity', 'weaker-vot')
    expect((await observedCoreIdentity(op, accessToken)).claims).toMatchObject({ vot })
  })
})

describe('a fault of the logout token', () => {
  const observe = async (op: Simulator, fault?: SimulatorFaults['logout-token']) => {
    const { body } = await observedLogoutCall(op, fault)
    const token = new URLSearchParams(body).get('logout_token') ?? ''
    const observed = observeToken(token, await publishedKeys(op))
    if (typeof observed.claims === 'string') return observed
    const isNew = /^[\da-f-]{36}$/.test(String(observed.claims.jti))
    return { ...observed, claims: { ...observed.claims, ...(isNew && { jti: 'new' }) } }
  }

  it.each(simulatorFaults['logout-token'].filter(isTokenFault))(
    '[SIM-3] [SESS-6] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      const good = await observe(op)
      expect(good.signature).toBe(`ES256 by ${String(good.header.kid)}`)
      const found = tokenDifference(good, await observe(op, fault))
      expectChanges('logout-token', fault, found, logoutTokenChanges(await factsOf(op, good))[fault])
      expect(tokenDifference(good, await observe(op))).toEqual({})
    },
  )
})

function isTokenFault(
  fault: SimulatorFaults['logout-token'],
): fault is Exclude<SimulatorFaults['logout-token'], (typeof logoutCallFaults)[number]> {
  return !logoutCallFaults.some((other) => other === fault)
}
