import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { UnsecuredJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { environments } from '../../lib/options/environments.ts'
import { OneLoginError } from '../../lib/errors.ts'
import { verifyIdToken, type IdTokenExpectations } from '../../lib/tokens/id-token.ts'
import type { VerificationKey } from '../../lib/provider/verification-keys.ts'
import { expectRefused as expectRefusedAs, refusalOf } from '../support/refusal.ts'
import { createTokenIssuer, type Signing, type TokenIssuer } from '../support/token-issuer.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const environment = { ...environments.integration, allowInsecureRequests: false }
const settings = { environment, clientId: 'tax-your-dragon', clockTolerance: 30 }
const accessToken = 'the-access-token'
const asked = { nonce: 'the-nonce', credential: 'Cl.Cm', accessToken } as const

let op: TokenIssuer

beforeAll(() => {
  op = createTokenIssuer()
})

function goodClaims() {
  return {
    iss: environment.issuer,
    aud: settings.clientId,
    sub: 'urn:fdc:gov.uk:2022:a-user',
    iat: nowInSeconds(),
    exp: nowInSeconds() + 120,
    nonce: asked.nonce,
    vot: 'Cl.Cm',
  }
}

interface Variation extends Signing {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly expected?: Partial<IdTokenExpectations>
}

/** Verifies a good token with some of its claims changed. `undefined` removes one. */
async function verify({ claims, expected, ...signing }: Variation = {}) {
  const jwt = await op.sign({ ...goodClaims(), ...claims }, signing)
  return verifyJwt(jwt, expected)
}

function verifyJwt(jwt: string, expected?: Partial<IdTokenExpectations>, findKey = op.findKey) {
  return verifyIdToken(jwt, { ...asked, ...expected }, { tokenKey: findKey }, settings)
}

async function expectRefused(verification: Promise<unknown>, reason: RegExp) {
  const { message } = await expectRefusedAs(verification, 'id_token_invalid', reason)
  expect(message).toMatch(/^The ID token was rejected: /)
}

describe('signature', () => {
  it.each(['ES256', 'RS256'])(
    '[IDT-1, IDT-2] accepts a token that the provider signed with %s',
    async (alg) => {
      const claims = { iat: nowInSeconds() - 1, auth_time: nowInSeconds() - 5, sid: 'the-journey' }
      expect(await verify({ alg, claims })).toEqual({
        sub: 'urn:fdc:gov.uk:2022:a-user',
        iat: claims.iat,
        vot: 'Cl.Cm',
        authTime: claims.auth_time,
        sid: 'the-journey',
      })
    },
  )

  it("[IDT-1] rejects a token that another key signed with the provider's kid", async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await expectRefused(verify({ key: privateKey }), /its signature does not match its key/)
  })

  it('[IDT-1] rejects a token whose payload was changed after it was signed', async () => {
    const [header, , signature] = (await op.sign(goodClaims())).split('.')
    const payload = Buffer.from(JSON.stringify({ ...goodClaims(), sub: 'another' })).toString('base64url')
    await expectRefused(
      verifyJwt([header, payload, signature].join('.')),
      /its signature does not match its key/,
    )
  })

  it('[IDT-1] rejects a token without a signature', async () => {
    const [header, payload] = (await op.sign(goodClaims())).split('.')
    await expectRefused(verifyJwt(`${String(header)}.${String(payload)}.`), /rejected/)
  })

  it('[IDT-1] says what is wrong with a rejected token, then what to do', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const error = await refusalOf(verify({ key: privateKey }))
    expect(error.message).toBe(
      'The ID token was rejected: its signature does not match its key. Check your clock and the options "environment" and ' +
        '"clientId". If they are right, treat it as a possible attack.',
    )
  })

  it.each([null, ''])(
    '[IDT-1] rejects a token whose header has the kid %j, without a key look-up',
    async (kid) => {
      const before = op.lookedFor.length
      await expectRefused(verify({ kid }), /no "kid"/)
      expect(op.lookedFor).toHaveLength(before)
    },
  )

  it.each([5, ['ec-key'], { a: 1 }])('[IDT-1] rejects a token whose kid is %j', async (kid) => {
    await expectRefused(verify({ header: { kid } }), /no "kid"/)
  })

  it('[IDT-1, IDT-9] rejects a token whose kid the provider does not have, and explains what to report to One Login', async () => {
    const error = await refusalOf(verify({ kid: 'stranger' }))
    expect(error).toMatchObject({ code: 'id_token_key_unknown', status: 502, retryable: false })
    expect(error.message).toMatch(
      /Do not trust this ID token\. Contact GOV\.UK One Login with the name of your service/,
    )
    expect(error.message).toContain('"tax-your-dragon"')
    expect(error.message).not.toContain('stranger')
  })

  it.each([
    ['ES256', 'rsa-key'],
    ['RS256', 'ec-key'],
  ])('[IDT-1] rejects a token signed with %s if its kid names a key of the other type', async (alg, kid) => {
    await expectRefused(verify({ alg, kid }), /its "alg" does not match its key/)
  })

  it('[IDT-1] passes on the error unchanged if the keys are unavailable', async () => {
    const outage = new OneLoginError('provider_unreachable', 'No keys today.')
    const verification = verifyJwt(await op.sign(goodClaims()), {}, () => Promise.reject(outage))
    expect(await refusalOf(verification)).toBe(outage)
  })

  it('[IDT-2] rejects an unsecured token', async () => {
    await expectRefused(verifyJwt(new UnsecuredJWT(goodClaims()).encode()), /rejected/)
  })

  it('[IDT-2] rejects HS256 with the public key as the secret', async () => {
    const pem = createPublicKey(op.privateKeys.rsa).export({ type: 'spki', format: 'pem' })
    const forged = { alg: 'HS256', kid: 'rsa-key', key: Buffer.from(pem) }
    await expectRefused(verify(forged), /its "alg" is not allowed/)
  })

  it.each(['PS256', 'RS512', 'ES384'])(
    '[IDT-2] rejects %s, even if the provider has a key for it',
    async (alg) => {
      const { privateKey, publicKey } =
        alg === 'ES384'
          ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
          : { privateKey: op.privateKeys.rsa, publicKey: createPublicKey(op.privateKeys.rsa) }
      const found = { alg, key: publicKey } as unknown as VerificationKey
      const jwt = await op.sign(goodClaims(), { alg, kid: 'other', key: privateKey })
      await expectRefused(
        verifyJwt(jwt, {}, () => Promise.resolve(found)),
        /its "alg" is not allowed/,
      )
    },
  )

  it.each([
    ['padding', '='],
    ['a line break', '\n'],
    ['a fourth part', '.e30'],
  ])('[IDT-1] rejects a good token with %s after it', async (_what, rest) => {
    const jwt = await op.sign(goodClaims())
    await expectRefused(verifyJwt(jwt + rest), /it is not a signed JWT/)
  })

  it('[IDT-1] rejects a token with an empty signature', async () => {
    const [header, payload] = (await op.sign(goodClaims())).split('.')
    await expectRefused(verifyJwt(`${header}.${payload}.`), /it is not a signed JWT/)
  })

  it.each(['', 'a.b', 'a.b.c', '....'])('[IDT-1] rejects %j, which is not a JWT', async (jwt) => {
    await expectRefused(verifyJwt(jwt), /rejected/)
  })

  it.each([[['unheard-of']], [[]], ['unheard-of'], [{}], [false]])(
    '[IDT-1] rejects a token with a critical header: %j',
    async (crit) => {
      const { protectedHeader, payload, signature } = await signCritical(crit)
      await expectRefused(verifyJwt(`${protectedHeader}.${payload}.${signature}`), /"crit"/)
    },
  )
})

async function signCritical(crit: unknown) {
  const header = { alg: 'ES256', kid: 'ec-key', crit, 'unheard-of': true }
  const protectedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
  const payload = Buffer.from(JSON.stringify(goodClaims())).toString('base64url')
  const { sign } = await import('node:crypto')
  const key = { key: op.privateKeys.ec, dsaEncoding: 'ieee-p1363' } as const
  const signature = sign('sha256', Buffer.from(`${protectedHeader}.${payload}`), key).toString('base64url')
  return { protectedHeader, payload, signature }
}

describe('issuer and audience', () => {
  it.each([
    ['another issuer', 'https://oidc.account.gov.uk/'],
    ['its issuer without the slash', environment.issuer.slice(0, -1)],
    ['its issuer in capitals', environment.issuer.toUpperCase()],
    ['no issuer', undefined],
  ])('[IDT-3] rejects a token with %s', async (_what, iss) => {
    await expectRefused(verify({ claims: { iss } }), /its "iss" is not the issuer/)
  })

  it.each([
    ['another client', 'another-client'],
    ['a client whose ID begins with this one', 'tax-your-dragon-2'],
    ['a client whose ID differs in case', 'Tax-Your-Dragon'],
    ['a client whose ID is the start of this one', 'tax-your'],
    ['a list with another client', ['another-client']],
    ['this client and another', ['tax-your-dragon', 'another-client']],
    ['another client and this one', ['another-client', 'tax-your-dragon']],
    ['an empty list', []],
  ])('[IDT-3] rejects a token for %s', async (_what, aud) => {
    await expectRefused(verify({ claims: { aud } }), /its "aud" is not the client/)
  })

  it('[IDT-3] rejects a token without an audience', async () => {
    await expectRefused(verify({ claims: { aud: undefined } }), /its "aud" is not the client/)
  })

  it('[IDT-3] accepts a list of audiences with only this client', async () => {
    await expect(verify({ claims: { aud: ['tax-your-dragon'] } })).resolves.toMatchObject({ vot: 'Cl.Cm' })
  })
})

describe('times', () => {
  it('[IDT-4] rejects a token that expired longer ago than the tolerance', async () => {
    await expectRefused(verify({ claims: { exp: nowInSeconds() - 32 } }), /its "exp" is missing or past/)
  })

  it('[IDT-4] accepts a token that expired within the tolerance', async () => {
    await expect(verify({ claims: { exp: nowInSeconds() - 20 } })).resolves.toBeDefined()
  })

  it('[IDT-4] rejects a token issued further ahead than the tolerance', async () => {
    await expectRefused(
      verify({ claims: { iat: nowInSeconds() + 40 } }),
      /its "iat" is missing or in the future/,
    )
  })

  it('[IDT-4] accepts a token issued ahead within the tolerance', async () => {
    await expect(verify({ claims: { iat: nowInSeconds() + 20 } })).resolves.toBeDefined()
  })

  it('[IDT-4] rejects a token that is not valid yet', async () => {
    await expectRefused(verify({ claims: { nbf: nowInSeconds() + 40 } }), /its "nbf" is in the future/)
  })

  it.each(['exp', 'iat'])('[IDT-4] rejects a token without %s', async (claim) => {
    await expectRefused(verify({ claims: { [claim]: undefined } }), new RegExp(`"${claim}"`))
  })

  it.each(['exp', 'iat', 'nbf'])('[IDT-4] rejects a token whose %s is text', async (claim) => {
    await expectRefused(verify({ claims: { [claim]: String(nowInSeconds()) } }), /rejected/)
  })
})

describe('the limit of the tolerance', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    ['IDT-4', 'iat', 30, 31, 'its "iat" is missing or in the future'],
    ['IDT-4', 'nbf', 30, 31, 'its "nbf" is in the future'],
    ['IDT-4', 'exp', -29, -30, 'its "exp" is missing or past'],
    ['IDT-7', 'auth_time', 30, 31, 'its "auth_time" is in the future'],
  ])('[%s] accepts %s at %i s and rejects it at %i s', async (_id, claim, allowed, refused, reason) => {
    const verifyAt = (offset: number) => {
      const claims = { auth_time: nowInSeconds(), [claim]: nowInSeconds() + offset }
      return verify({ claims, expected: { maxAge: 300 } })
    }
    await expect(verifyAt(allowed)).resolves.toBeDefined()
    await expectRefused(verifyAt(refused), new RegExp(reason))
  })

  it('[IDT-7] accepts a sign-in 330 s ago with a maxAge of 300, and rejects one 331 s ago', async () => {
    const verifyAt = (age: number) =>
      verify({ claims: { auth_time: nowInSeconds() - age }, expected: { maxAge: 300 } })
    await expect(verifyAt(330)).resolves.toBeDefined()
    expect(await refusalOf(verifyAt(331))).toHaveProperty('code', 'authentication_too_old')
  })
})

describe('subject', () => {
  it.each([undefined, '', 7, null])('[IDT-3] rejects a token whose sub is %j', async (sub) => {
    await expectRefused(verify({ claims: { sub } }), /"sub"/)
  })
})

describe('authorized party', () => {
  it.each([undefined, 'tax-your-dragon', 'another-client'])(
    '[IDT-3, IDT-9] rejects a token for several clients, with an azp of %j',
    async (azp) => {
      for (const aud of [['tax-your-dragon', 'another-client'], ['tax-your-dragon', 'tax-your-dragon'], [[]]])
        await expectRefused(verify({ claims: { aud, azp } }), /its "aud" is not the client/)
    },
  )

  it.each(['another-client', '', 7, ['tax-your-dragon'], {}])('[IDT-9] rejects an azp of %j', async (azp) => {
    await expectRefused(verify({ claims: { azp } }), /its "azp" is another client/)
  })

  it.each(['tax-your-dragon', undefined, null])('[IDT-9, CID-13] accepts an azp of %j', async (azp) => {
    await expect(verify({ claims: { azp } })).resolves.toBeDefined()
  })
})

describe('nonce', () => {
  it.each([undefined, 'another', '', null, ['the-nonce']])(
    '[IDT-5] rejects a token whose nonce is %j',
    async (nonce) => {
      await expectRefused(verify({ claims: { nonce } }), /its "nonce" is not the one that was sent/)
    },
  )
})

describe('vector of trust', () => {
  it.each([undefined, '', 'P2', 'Cl.Cm.P2', 'Cm', 'Cm.Cl', 'cl.cm', ['Cl.Cm'], null, 1])(
    '[IDT-6] rejects a token whose vot is %j',
    async (vot) => {
      await expectRefused(verify({ claims: { vot } }), /its "vot" is missing or not a credential level/)
    },
  )

  it('[IDT-6] rejects a token whose vot is weaker than requested', async () => {
    expect(await refusalOf(verify({ claims: { vot: 'Cl' } }))).toMatchObject({
      code: 'authentication_level_too_low',
      status: 403,
      message: expect.stringContaining(
        'One Login signed the user in at Cl, but your service requested Cl.Cm. ',
      ) as string,
    })
  })

  it.each(['Cl', 'Cl.Cm'])('[IDT-6] accepts the vot %s if Cl was requested, and returns it', async (vot) => {
    await expect(verify({ claims: { vot }, expected: { credential: 'Cl' } })).resolves.toMatchObject({ vot })
  })
})

describe('time of the sign-in', () => {
  it('[IDT-7] rejects a token without auth_time if max_age was sent', async () => {
    await expectRefused(verify({ expected: { maxAge: 300 } }), /its "auth_time" is missing or not a number/)
  })

  it('[IDT-7] rejects an auth_time of null if max_age was sent', async () => {
    const verification = verify({ claims: { auth_time: null }, expected: { maxAge: 300 } })
    await expectRefused(verification, /its "auth_time" is missing or not a number/)
  })

  it.each(['0', true, [1]])('[IDT-7] rejects an auth_time of %j', async (auth_time) => {
    await expectRefused(verify({ claims: { auth_time } }), /its "auth_time" is missing or not a number/)
  })

  it('[IDT-7] rejects an auth_time before 1970, which may not be a date at all', async () => {
    for (const auth_time of [-1, -1e300])
      await expectRefused(verify({ claims: { auth_time } }), /its "auth_time" is before 1970/)
    await expect(verify({ claims: { auth_time: 0 } })).resolves.toMatchObject({ authTime: 0 })
  })

  it.each([
    { maxAge: 300, age: 332 },
    { maxAge: 0, age: 40 },
  ])(
    '[IDT-7] rejects a sign-in of $age s ago if maxAge is $maxAge, with its own error code',
    async (given) => {
      const claims = { auth_time: nowInSeconds() - given.age }
      const error = await refusalOf(verify({ claims, expected: { maxAge: given.maxAge } }))
      expect(error).toMatchObject({ code: 'authentication_too_old', status: 401, retryable: true })
      expect(error.message).toMatch(/longer ago than "maxAge" allows/)
      expect(error.message).toContain('MaxAgeEnabled')
    },
  )

  it.each([
    { age: 3600, sentAgo: 3600, outcome: 'accepts' },
    { age: 3920, sentAgo: 3600, outcome: 'accepts' },
    { age: 3960, sentAgo: 3600, outcome: 'rejects' },
    { age: 20, sentAgo: 3600, outcome: 'accepts' },
  ])(
    '[IDT-7] $outcome a sign-in of $age s ago, if maxAge is 300 and the browser was sent $sentAgo s ago',
    async ({ age, sentAgo, outcome }) => {
      const claims = { auth_time: nowInSeconds() - age }
      const expected = { maxAge: 300, sentAt: nowInSeconds() - sentAgo }
      const verification = verify({ claims, expected })
      if (outcome === 'accepts')
        await expect(verification).resolves.toMatchObject({ authTime: claims.auth_time })
      else expect(await refusalOf(verification)).toHaveProperty('code', 'authentication_too_old')
    },
  )

  it('[IDT-7] accepts an auth_time within max_age and the tolerance', async () => {
    const claims = { auth_time: nowInSeconds() - 320 }
    await expect(verify({ claims, expected: { maxAge: 300 } })).resolves.toMatchObject({
      authTime: claims.auth_time,
    })
  })

  it.each([undefined, 300])('[IDT-7] rejects an auth_time in the future, with max_age %j', async (maxAge) => {
    const claims = { auth_time: nowInSeconds() + 40 }
    await expectRefused(verify({ claims, expected: { maxAge } }), /its "auth_time" is in the future/)
  })

  it('[IDT-7] accepts an auth_time ahead within the tolerance', async () => {
    const claims = { auth_time: nowInSeconds() + 20 }
    await expect(verify({ claims, expected: { maxAge: 300 } })).resolves.toBeDefined()
  })

  it('[IDT-7] accepts any auth_time, or none, if max_age was not sent', async () => {
    await expect(verify({ claims: { auth_time: 1 } })).resolves.toMatchObject({ authTime: 1 })
    expect(await verify()).not.toHaveProperty('authTime')
  })
})

describe('access token hash', () => {
  const hash = createHash('sha256').update(accessToken).digest()

  it.each(['ES256', 'RS256'])(
    '[IDT-8] accepts the left half of the hash in a token signed with %s',
    async (alg) => {
      const claims = { at_hash: hash.subarray(0, 16).toString('base64url') }
      await expect(verify({ alg, claims })).resolves.toBeDefined()
    },
  )

  it.each([
    [
      'of another token',
      createHash('sha256').update('another').digest().subarray(0, 16).toString('base64url'),
    ],
    ['that is the whole hash', hash.toString('base64url')],
    ['that is the right half', hash.subarray(16).toString('base64url')],
    ['that is empty', ''],
  ])('[IDT-8] rejects an at_hash %s', async (_what, at_hash) => {
    await expectRefused(verify({ claims: { at_hash } }), /its "at_hash" does not match the access token/)
  })
})

describe('errors and optional claims', () => {
  it('[IDT-1] names what cannot be read, also in the cause', async () => {
    const { message, cause } = await refusalOf(verifyJwt('AAAA.AAAA.AAAA'))
    expect(message).toMatch(/^The ID token was rejected: its header cannot be read\./)
    expect(cause).toMatchObject({ message: 'its header cannot be read' })
  })

  it('[IDT-1] shows nothing of a rejected token in the error or its cause', async () => {
    const secrets = { sub: 'the-secret-subject', email: 'a@b.example', exp: 1 }
    const error = await refusalOf(verify({ claims: secrets }))
    expect(inspect(error)).not.toMatch(/the-secret-subject|a@b\.example|eyJ/)
  })

  it.each(['auth_time', 'at_hash', 'azp', 'nbf', 'sid'])(
    '[CID-13] treats %s as absent if it is null',
    async (claim) => {
      const { iat, ...rest } = await verify({ claims: { [claim]: null } })
      expect(iat).toEqual(expect.any(Number))
      expect(rest).toEqual({ sub: goodClaims().sub, vot: 'Cl.Cm' })
    },
  )

  it.each(['iss', 'aud', 'sub', 'exp', 'iat', 'nonce', 'vot'])(
    '[CID-13] rejects a token whose %s is null',
    async (claim) => {
      await expectRefused(verify({ claims: { [claim]: null } }), /rejected/)
    },
  )

  it('[IDT-6] ignores a sid that is not text', async () => {
    expect(await verify({ claims: { sid: 5 } })).not.toHaveProperty('sid')
  })
})
