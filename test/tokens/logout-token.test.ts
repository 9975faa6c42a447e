import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifyLogoutToken } from '../../lib/tokens/logout-token.ts'
import { importVerificationKeys, type VerificationKeys } from '../../lib/provider/verification-keys.ts'

const issuer = 'https://oidc.integration.account.gov.uk/'
const clientId = 'tax-your-dragon'
const sub = 'urn:fdc:gov.uk:2022:somebody'
const event = 'http://schemas.openid.net/event/backchannel-logout'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwkOf = (key: KeyObject) => ({
  ...key.export({ format: 'jwk' }),
  kty: key === ec.publicKey ? 'EC' : 'RSA',
})
const published = importVerificationKeys(
  [
    { kid: 'ec', jwk: jwkOf(ec.publicKey) },
    { kid: 'rsa', jwk: jwkOf(rsa.publicKey) },
  ],
  ['ES256', 'RS256'],
)

/** The time at which all of these tests run, in seconds since 1970. */
const at = Date.parse('2026-08-01T12:00:00Z') / 1000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime(at * 1000)
})
afterEach(() => {
  vi.useRealTimers()
})

const good = {
  iss: issuer,
  aud: clientId,
  sub,
  iat: at,
  exp: at + 120,
  jti: 'a-jti',
  events: { [event]: {} },
}

interface Difference {
  readonly header?: Record<string, unknown>
  readonly claims?: Record<string, unknown>
  readonly key?: KeyObject
}

/** A logout token as One Login sends it, with some changes. `undefined` removes a member. */
async function token({ header, claims, key = ec.privateKey }: Difference = {}): Promise<string> {
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'ec', typ: 'logout+jwt', ...header })
    .sign(key)
}

/** A token with a signature that jose does not create. */
function handmade(header: object, signature: (input: string) => string): string {
  const input = [header, good]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${signature(input)}`
}

const verify = (jwt: string, keys: VerificationKeys = published) =>
  verifyLogoutToken(
    jwt,
    { tokenKey: (kid) => Promise.resolve(keys.get(kid)) },
    {
      environment: {
        issuer,
        didDocumentURL: '',
        didController: '',
        coreIdentityIssuer: '',
        allowInsecureRequests: false,
      },
      clientId,
      clockTolerance: 30,
    },
  )

const refused = { code: 'logout_token_invalid', status: 400 }
const refusedBecause = (reason: RegExp) => ({
  ...refused,
  message: expect.stringMatching(new RegExp(`^The logout token was rejected: .*${reason.source}`)) as string,
})

describe('a logout token', () => {
  it('[SESS-6] is accepted if it is as One Login sends it', async () => {
    expect(await verify(await token())).toEqual({ sub, iat: at, jti: 'a-jti' })
  })

  it('[SESS-6] is accepted without a "typ"', async () => {
    expect(await verify(await token({ header: { typ: undefined } }))).toMatchObject({ sub })
  })

  it.each(['another-client', '', [clientId]])('[SESS-6, IDT-9] is rejected with the azp %j', async (azp) => {
    await expect(verify(await token({ claims: { azp } }))).rejects.toMatchObject(
      refusedBecause(/its "azp" is another client/),
    )
  })

  it.each([clientId, null])('[SESS-6, IDT-9] is accepted with the azp %j', async (azp) => {
    expect(await verify(await token({ claims: { azp } }))).toMatchObject({ sub })
  })

  it('[SESS-6] is accepted within the clock tolerance', async () => {
    const early = await token({ claims: { iat: at + 29, exp: at + 149 } })
    const late = await token({ claims: { iat: at - 149, exp: at - 29 } })
    expect(await verify(early)).toMatchObject({ sub })
    expect(await verify(late)).toMatchObject({ sub })
  })

  it.each<[what: string, difference: Difference, reason: RegExp]>([
    [
      'is an ID token',
      {
        header: { typ: undefined },
        claims: { events: undefined, jti: undefined, nonce: 'a-nonce', vot: 'Cl.Cm' },
      },
      /"jti" is not valid in a logout token/,
    ],
    ['has another "typ"', { header: { typ: 'at+jwt' } }, /another "typ"/],
    ['is for another client', { claims: { aud: 'another-client' } }, /"aud" is not the client/],
    [
      'is for another client as well',
      { claims: { aud: [clientId, 'another-client'] } },
      /"aud" is not the client/,
    ],
    ['has no audience', { claims: { aud: undefined } }, /"aud" is not the client/],
    ['comes from another issuer', { claims: { iss: 'https://oidc.account.gov.uk/' } }, /"iss"/],
    ['comes from the issuer without its slash', { claims: { iss: issuer.slice(0, -1) } }, /"iss"/],
    ['has no issuer', { claims: { iss: undefined } }, /"iss"/],
    ['has no "kid"', { header: { kid: undefined } }, /no "kid"/],
    ['has an unknown "kid"', { header: { kid: 'somebody-elses' } }, /not in the JWKS/],
    [
      'is signed with a key that is not published',
      { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
      /its signature does not match its key/,
    ],
    [
      'is signed with RS256 and a published RSA key',
      { header: { alg: 'RS256', kid: 'rsa' }, key: rsa.privateKey },
      /"alg" is not allowed/,
    ],
    [
      'is signed with RS256 and the "kid" of an EC key',
      { header: { alg: 'RS256' }, key: rsa.privateKey },
      /"alg" is not allowed/,
    ],
    [
      'is signed with ES256 and the "kid" of an RSA key',
      { header: { kid: 'rsa' } },
      /"alg" does not match its key/,
    ],
    ['has expired', { claims: { iat: at - 151, exp: at - 31 } }, /"exp"/],
    ['never expires', { claims: { exp: undefined } }, /"exp"/],
    [
      'was issued in the future',
      { claims: { iat: at + 31, exp: at + 151 } },
      /"iat" is missing or in the future/,
    ],
    ['has no "iat"', { claims: { iat: undefined } }, /"iat"/],
    ['has no "sub"', { claims: { sub: undefined } }, /"sub"/],
    ['has an empty "sub"', { claims: { sub: '' } }, /"sub"/],
    ['has a list as "sub"', { claims: { sub: [sub] } }, /"sub"/],
    ['has no "events"', { claims: { events: undefined } }, /"events" is not valid in a logout token/],
    ['has empty "events"', { claims: { events: {} } }, /"events" is not valid in a logout token/],
    [
      'has the wrong event',
      { claims: { events: { 'http://schemas.openid.net/event/another': {} } } },
      /"events" is not valid in a logout token/,
    ],
    [
      'has a second event',
      { claims: { events: { [event]: {}, 'http://schemas.openid.net/event/another': {} } } },
      /"events" is not valid in a logout token/,
    ],
    ['has the event as text', { claims: { events: event } }, /"events" is not valid in a logout token/],
    ['has the event in a list', { claims: { events: [event] } }, /"events" is not valid in a logout token/],
    [
      'has an event that is not an object',
      { claims: { events: { [event]: true } } },
      /"events" is not valid in a logout token/,
    ],
    [
      'has an event that is a list',
      { claims: { events: { [event]: [] } } },
      /"events" is not valid in a logout token/,
    ],
    [
      'has an event that is null',
      { claims: { events: { [event]: null } } },
      /"events" is not valid in a logout token/,
    ],
    [
      'has an event that is not empty',
      { claims: { events: { [event]: { reason: 'none' } } } },
      /"events" is not valid in a logout token/,
    ],
    ['has a "nonce"', { claims: { nonce: 'a-nonce' } }, /"nonce" is not valid in a logout token/],
    ['has a "nonce" that is null', { claims: { nonce: null } }, /"nonce" is not valid in a logout token/],
    ['has no "jti"', { claims: { jti: undefined } }, /"jti" is not valid in a logout token/],
    ['has an empty "jti"', { claims: { jti: '' } }, /"jti" is not valid in a logout token/],
    ['has a number as "jti"', { claims: { jti: 7 } }, /"jti" is not valid in a logout token/],
    [
      'has a "jti" of 1,000 characters',
      { claims: { jti: 'x'.repeat(1000) } },
      /"jti" is not valid in a logout token/,
    ],
  ])('[SESS-6] is rejected if it %s', async (_what, difference, reason) => {
    await expect(verify(await token(difference))).rejects.toMatchObject(refusedBecause(reason))
  })

  it('[SESS-6] is rejected if it is not signed, however its "alg" is written', async () => {
    for (const alg of ['none', 'None', 'NONE', ''])
      for (const kid of ['ec', undefined])
        await expect(verify(handmade({ alg, kid, typ: 'logout+jwt' }, () => ''))).rejects.toMatchObject(
          refused,
        )
  })

  it('[SESS-6] is rejected if it is signed with HS256 and the public key as the secret', async () => {
    for (const [kid, key] of [
      ['ec', ec.publicKey],
      ['rsa', rsa.publicKey],
    ] as const)
      for (const secret of [
        key.export({ type: 'spki', format: 'pem' }),
        key.export({ type: 'spki', format: 'der' }),
        JSON.stringify(key.export({ format: 'jwk' })),
      ]) {
        const forged = handmade({ alg: 'HS256', kid, typ: 'logout+jwt' }, (input) =>
          createHmac('sha256', secret).update(input).digest('base64url'),
        )
        await expect(verify(forged)).rejects.toMatchObject(refused)
      }
  })

  it('[SESS-6] is rejected if its claims were changed after it was signed', async () => {
    const [header, , signature] = (await token()).split('.')
    const changed = Buffer.from(JSON.stringify({ ...good, sub: 'urn:fdc:gov.uk:2022:else' })).toString(
      'base64url',
    )
    await expect(verify(`${header}.${changed}.${signature}`)).rejects.toMatchObject(refused)
  })

  it.each(['', 'a', '..', 'a.b.c', 'a.b.c.d.e', '{}'])('[SESS-8] is rejected if it is "%s"', async (text) => {
    await expect(verify(text)).rejects.toMatchObject(refused)
  })

  it('[SESS-8] is rejected with an error that shows nothing of it', async () => {
    const jwt = await token({ claims: { events: { secret: {} }, jti: 'private-jti' } })
    const error: unknown = await verify(jwt).catch((error: unknown) => error)
    const words = JSON.stringify(error, Object.getOwnPropertyNames(error))
    for (const part of [sub, 'private-jti', ...jwt.split('.')]) expect(words).not.toContain(part)
  })
})
