import { createHash } from 'node:crypto'
import { decodeProtectedHeader, importJWK, jwtVerify, type JSONWebKeySet } from 'jose'
import { simulatorFaults, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { now, start, tokensFor, userinfo } from '../relying-party.ts'

/** Everything a service has to check of an ID token, written down here once more and on its own. */
async function verify(op: Simulator, tokens: { accessToken: string; idToken: string }): Promise<void> {
  const { keys } = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet
  const { kid, alg } = decodeProtectedHeader(tokens.idToken)
  const key = keys.find((candidate) => candidate.kid === kid)
  if (kid === undefined || !key) throw new Error('kid')
  if (alg !== key.alg) throw new Error('alg')
  const { payload } = await jwtVerify(tokens.idToken, await importJWK(key), {
    algorithms: ['ES256', 'RS256'],
    issuer: op.issuer,
    audience: op.options.clientId,
    requiredClaims: ['exp', 'iat', 'sub'],
    currentDate: new Date(op.clock.now()),
  })
  const hash = createHash('sha256').update(tokens.accessToken).digest().subarray(0, 16).toString('base64url')
  const { body } = await userinfo(op, tokens.accessToken)
  const { auth_time: authTime } = payload
  if (Number(payload.iat) > now(op) + 30) throw new Error('iat')
  if (payload.nonce !== 'a-nonce') throw new Error('nonce')
  if (payload.vot !== 'Cl.Cm') throw new Error('vot')
  if (payload.at_hash !== hash) throw new Error('at_hash')
  if (payload.sub === '' || payload.sub !== body.sub) throw new Error('sub')
  if (typeof authTime !== 'number' || authTime > now(op) || authTime < now(op) - 60)
    throw new Error('auth_time')
}

describe('a fault of the ID token', () => {
  it.each(['ES256', 'RS256'] as const)('[SIM-3] is not there unless it is asked for, %s', async (alg) => {
    const op = await start({ client: { idTokenSigningAlg: alg } })
    await expect(verify(op, await tokensFor(op))).resolves.toBeUndefined()
  })

  it.each(simulatorFaults['id-token'])(
    '[SIM-3] [IDT-1] to [IDT-8] makes the token unacceptable: %s',
    async (fault) => {
      const op = await start()
      op.breakNext('id-token', fault)
      await expect(verify(op, await tokensFor(op))).rejects.toThrow()
      await expect(verify(op, await tokensFor(op))).resolves.toBeUndefined()
    },
  )

  it('[SIM-3] can come together with another', async () => {
    const op = await start()
    op.breakUntilReset('id-token', 'wrong-nonce')
    op.breakUntilReset('id-token', 'missing-vot')
    const { idToken } = await tokensFor(op)
    const claims = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(claims).toMatchObject({ nonce: 'another-nonce' })
    expect(claims).not.toHaveProperty('vot')
  })
})
