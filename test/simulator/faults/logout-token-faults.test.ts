import { decodeProtectedHeader, importJWK, jwtVerify, type JSONWebKeySet } from 'jose'
import { simulatorFaults, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { now, start } from '../relying-party.ts'
import { startService } from '../service.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'
const callFaults: readonly string[] = [
  'missing-token',
  'token-twice',
  'json-body',
  'oversized-body',
  'get-request',
]
const tokenFaults = simulatorFaults['logout-token'].filter((fault) => !callFaults.includes(fault))

/** Everything a service has to check of a logout token, written down here once more and on its own. */
async function verify(op: Simulator, token: string, seen: ReadonlySet<unknown>): Promise<string> {
  const { keys } = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet
  const { kid, alg, typ = 'logout+jwt' } = decodeProtectedHeader(token)
  const key = keys.find((candidate) => candidate.kid === kid)
  if (kid === undefined || !key || alg !== key.alg || typ !== 'logout+jwt') throw new Error('header')
  const { payload } = await jwtVerify(token, await importJWK(key), {
    algorithms: ['ES256'],
    issuer: op.issuer,
    audience: op.options.clientId,
    requiredClaims: ['exp', 'iat', 'jti'],
    currentDate: new Date(op.clock.now()),
  })
  if (Number(payload.iat) > now(op) + 30) throw new Error('iat')
  if (typeof payload.sub !== 'string' || payload.sub === '') throw new Error('sub')
  if ('nonce' in payload) throw new Error('nonce')
  if (JSON.stringify(payload.events) !== JSON.stringify({ [event]: {} })) throw new Error('events')
  if (seen.has(payload.jti)) throw new Error('jti')
  return String(payload.jti)
}

describe('a fault of the logout token', () => {
  it.each(tokenFaults)('[SIM-3] [SESS-6] makes the token unacceptable: %s', async (fault) => {
    const service = await startService(200)
    const op = await start({ backChannelLogoutURL: service.url })
    op.breakNext('logout-token', fault)
    await op.signOut('a-user')
    await op.signOut('a-user')
    const [broken = '', good = ''] = service.calls.map(
      ({ body }) => new URLSearchParams(body).get('logout_token') ?? '',
    )
    await expect(verify(op, broken, new Set(['repeated-jti']))).rejects.toThrow()
    await expect(verify(op, good, new Set(['repeated-jti']))).resolves.toEqual(expect.any(String))
  })
})
