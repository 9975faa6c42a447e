import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nowInSeconds } from '../../lib/clock.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { parseSignInOptions } from '../../lib/options/sign-in-options.ts'
import type { ReadyUserName } from '../../lib/simulator/index.ts'
import { createHttp } from '../../lib/provider/http.ts'
import type { Provider } from '../../lib/provider/provider.ts'
import { createSignInCompletion } from '../../lib/sign-in/completion.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { metadataOf } from '../support/provider-metadata.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'
import { startPair } from '../support/simulator.ts'
import { passTime, stopClock } from '../support/stopped-clock.ts'
import { storedSignIn, visitorSignedIn } from '../support/visitors.ts'
import { createTokenIssuer } from '../support/token-issuer.ts'

const op = createTokenIssuer()
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const sub = 'a-user'

afterEach(() => {
  vi.useRealTimers()
})

/** Completes a sign-in that requested a level, with these claims in the ID token. */
async function complete(vtr: string[], claims: object) {
  await using server = await startScriptedServer(() => undefined)
  const issuer = `${server.url}/`
  const settings = parseStrategyOptions({
    environment: { issuer, allowInsecureRequests: true },
    clientId: 'tax-your-dragon',
    privateKey,
    callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
  })
  const transaction = createTransaction(parseSignInOptions({ vtr }, settings.signIn))
  const now = nowInSeconds()
  const idToken = await op.sign({
    ...{ iss: issuer, aud: 'tax-your-dragon', sub, iat: now, exp: now + 120, nonce: transaction.nonce },
    ...claims,
  })
  server.respondWith((response, request) => {
    const tokens = { access_token: 'an-access-token', token_type: 'Bearer', id_token: idToken }
    json(request.url === '/token' ? tokens : { sub })(response, request)
  })
  const metadata = metadataOf(issuer)
  const http = createHttp(settings)
  const provider = { http, metadata: () => Promise.resolve(metadata), tokenKey: op.findKey }
  const { signedIn } = await createSignInCompletion(settings, provider as unknown as Provider)(
    'a-code',
    transaction,
  )
  return { signedIn, idToken, now }
}

describe('the record of a completed sign-in', () => {
  it('[IDT-6] has the level that One Login reached, which can be above the requested one', async () => {
    const { signedIn } = await complete(['Cl'], { vot: 'Cl.Cm' })
    expect(signedIn.level).toBe('Cl.Cm')
    expect((await complete(['Cl'], { vot: 'Cl' })).signedIn.level).toBe('Cl')
  })

  it('[SESS-7, IDT-7] has the times of the ID token and of the last sign-in to One Login apart', async () => {
    const authTime = nowInSeconds() - 1000
    const { signedIn, idToken, now } = await complete(['Cl.Cm'], { vot: 'Cl.Cm', auth_time: authTime })
    expect(signedIn).toStrictEqual({ sub, idToken, issuedAt: now, level: 'Cl.Cm', authTime })
  })

  it('[SESS-7] is later than a logout that came after the user signed in to One Login', async () => {
    stopClock()
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    const { issuedAt } = await storedSignIn(pair.service)
    passTime(600)
    await browser.visit(`${pair.service.url}/identity`)
    const after = await storedSignIn(pair.service)
    expect(after).toMatchObject({ issuedAt: issuedAt + 600, authTime: issuedAt })
  })
})

describe('the identity of a completed sign-in', () => {
  const prove = async (response: ReadyUserName, level: 'P1' | 'P2', claims = {}) => {
    await using pair = await startPair({
      simulator: { client: { levels: ['P0', 'P1', 'P2', 'P3'] } as never },
      routes: (app, oneLogin) => {
        const guard = oneLogin.requireIdentity({ level, claims: ['address', 'returnCode'] })
        app.get('/prove', guard, (req, res) => void res.json(oneLogin.currentSession(req)))
      },
    })
    const browser = await visitorSignedIn(pair, response)
    pair.op.respondWith({ user: response, ...claims })
    const page = await browser.visit(`${pair.service.url}/prove`)
    return JSON.parse(page.body) as { code?: string; identity?: object }
  }

  it('[CID-5] has the level that the user reached, which can be above the requested one', async () => {
    const { identity } = await prove('typical', 'P1', { coreIdentity: { vot: 'P2' } })
    expect(identity).toEqual({ proven: true, level: 'P2' })
    expect((await prove('typical', 'P1', { coreIdentity: { vot: 'P1' } })).identity).toEqual({
      proven: true,
      level: 'P1',
    })
  })

  it('[AUTHZ-20, CID-1] needs the requested claims only if it was proven', async () => {
    const address = { claims: { 'https://vocab.account.gov.uk/v1/address': undefined } }
    expect(await prove('typical', 'P2', address)).toMatchObject({ code: 'identity_claim_missing' })
    expect(await prove('not-proven', 'P2', address)).toMatchObject({ code: 'identity_not_proven' })
  })
})
