import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyCoreIdentity } from '../../lib/tokens/core-identity.ts'
import { environments } from '../../lib/options/environments.ts'
import { OneLoginError } from '../../lib/errors.ts'
import type { VerificationKey } from '../../lib/provider/verification-keys.ts'
import { expectRefused as expectRefusedAs, refusalOf } from '../support/refusal.ts'
import { createTokenIssuer, type Signing, type TokenIssuer } from '../support/token-issuer.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const environment = { ...environments.integration, allowInsecureRequests: false }
const controller = environment.didController
const settings = { environment, clientId: 'tax-your-dragon', clockTolerance: 30 }
const asked = { sub: 'urn:fdc:gov.uk:2022:a-user', level: 'P2' } as const

let op: TokenIssuer

beforeAll(() => {
  op = createTokenIssuer({ ec: `${controller}#ec`, rsa: `${controller}#rsa` })
})

const name = {
  validFrom: '2020-03-01',
  nameParts: [
    { type: 'GivenName', value: 'Alice' },
    { type: 'FamilyName', value: 'O’Donnell' },
  ],
}

function goodClaims() {
  return {
    iss: environment.coreIdentityIssuer,
    aud: settings.clientId,
    sub: asked.sub,
    iat: nowInSeconds(),
    nbf: nowInSeconds(),
    exp: nowInSeconds() + 1800,
    vot: 'P2',
    vc: credential(),
  }
}

function credential(subject: object = {}) {
  return {
    type: ['VerifiableCredential', 'IdentityCheckCredential'],
    credentialSubject: { name: [name], birthDate: [{ value: '1970-01-01' }], ...subject },
  }
}

interface Variation extends Signing {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly level?: 'P1' | 'P2' | 'P3'
}

/** Verifies a good core identity with some of its claims changed. */
async function verify({ claims, level = asked.level, ...signing }: Variation = {}, findKey = op.findKey) {
  const jwt = await op.sign({ ...goodClaims(), ...claims }, signing)
  return verifyCoreIdentity(jwt, { ...asked, level }, { identityKey: findKey }, settings)
}

async function expectRefused(verification: Promise<unknown>, reason: RegExp) {
  const { message } = await expectRefusedAs(verification, 'core_identity_invalid', reason)
  expect(message).toMatch(/^The core identity was rejected: /)
}

describe('signature', () => {
  it('[CID-1, CID-8, CID-9] returns the data of a correct core identity', async () => {
    expect(await verify()).toEqual({ level: 'P2', name: [name], birthDate: [{ value: '1970-01-01' }] })
  })

  it('[CID-1] rejects RS256, even if the DID document has a key for it', async () => {
    await expectRefused(verify({ alg: 'RS256' }), /its "alg" is not allowed/)
  })

  it('[CID-1] rejects ES384, even if the DID document has a key for it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const found = {
      alg: 'ES384',
      key: publicKey,
    } as unknown as VerificationKey
    await expectRefused(
      verify({ alg: 'ES384', key: privateKey }, () => Promise.resolve(found)),
      /its "alg" is not allowed/,
    )
  })

  it("[CID-1] rejects a signature of another key with the provider's kid", async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await expectRefused(verify({ key: privateKey }), /its signature does not match its key/)
  })

  it('[CID-1] rejects ES256 if the kid names a key of another type', async () => {
    await expectRefused(verify({ kid: `${controller}#rsa` }), /its "alg" does not match its key/)
  })

  it.each([undefined, null, 5, {}, ['a.b.c']])('[CID-12] rejects %j instead of a JWT', async (jwt) => {
    await expectRefused(
      verifyCoreIdentity(jwt, asked, { identityKey: op.findKey }, settings),
      /it is not a JWT/,
    )
  })
})

describe('key', () => {
  it('[CID-2] looks the key up by the whole kid', async () => {
    await verify()
    expect(op.lookedFor.at(-1)).toBe(`${controller}#ec`)
  })

  it.each([
    'did:web:attacker.example#ec',
    `${controller}.attacker.example#ec`,
    `did:web:attacker.example#${controller}`,
    `#${controller}#ec`,
    'did:web:identity.account.gov.uk#ec',
    'ec',
    '#ec',
  ])('[CID-2, CID-3] rejects the kid %s of another controller without a look-up', async (kid) => {
    const findKey = () => Promise.reject(new Error('It was looked up.'))
    await expectRefused(verify({ kid }, findKey), /its key belongs to another controller/)
  })

  it('[CID-2] rejects a header without kid', async () => {
    await expectRefused(verify({ kid: null }), /no "kid"/)
  })

  it('[CID-2] says to report an incident if the DID document does not have the key', async () => {
    await expectRefusedAs(
      verify({ kid: `${controller}#stranger` }),
      'core_identity_key_unknown',
      /report an incident to GOV\.UK One Login/,
    )
  })

  it('[CID-2] passes on the error unchanged if the DID document is unavailable', async () => {
    const outage = new OneLoginError('provider_unreachable', 'No keys today.')
    expect(await refusalOf(verify({}, () => Promise.reject(outage)))).toBe(outage)
  })

  it('[CID-3] does not trust a key in the token itself', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = publicKey.export({ format: 'jwk' })
    await expectRefused(verify({ key: privateKey, header: { jwk } }), /its signature does not match its key/)
  })
})

describe('claims of the token', () => {
  it.each([
    ['the issuer of ID tokens', environment.issuer],
    ['the issuer without its slash', environment.coreIdentityIssuer.slice(0, -1)],
    ['the issuer of production', environments.production.coreIdentityIssuer],
    ['no issuer', undefined],
  ])('[CID-4] rejects %s', async (_what, iss) => {
    await expectRefused(verify({ claims: { iss } }), /its "iss" is not the issuer/)
  })

  it.each(['another-client', '', ['tax-your-dragon']])('[CID-4, IDT-9] rejects the azp %j', async (azp) => {
    await expectRefused(verify({ claims: { azp } }), /its "azp" is another client/)
  })

  it.each(['tax-your-dragon', null])('[CID-4, IDT-9] accepts the azp %j', async (azp) => {
    expect(await verify({ claims: { azp } })).toMatchObject({ level: 'P2' })
  })

  it.each(['another-client', ['tax-your-dragon', 'another-client'], []])(
    '[CID-4] rejects the audience %j',
    async (aud) => {
      await expectRefused(verify({ claims: { aud } }), /its "aud" is not the client/)
    },
  )

  it('[CID-4] rejects a core identity without an audience', async () => {
    await expectRefused(verify({ claims: { aud: undefined } }), /its "aud" is not the client/)
  })

  it.each(['urn:fdc:gov.uk:2022:another-user', '', undefined])(
    '[CID-4] rejects the sub %j, which differs from the sub of the ID token',
    async (sub) => {
      await expectRefused(verify({ claims: { sub } }), /its "sub" is (another user|not text)/)
    },
  )

  it('[CID-4] rejects an expired core identity', async () => {
    await expectRefused(verify({ claims: { exp: nowInSeconds() - 32 } }), /its "exp" is missing or past/)
  })

  it('[CID-4] rejects a core identity that is not valid yet', async () => {
    await expectRefused(verify({ claims: { nbf: nowInSeconds() + 40 } }), /its "nbf" is in the future/)
  })

  it('[CID-4] rejects a core identity issued in the future', async () => {
    await expectRefused(
      verify({ claims: { iat: nowInSeconds() + 40 } }),
      /its "iat" is missing or in the future/,
    )
  })

  it('[CID-4] allows clocks to differ within the tolerance', async () => {
    const ahead = nowInSeconds() + 20
    await expect(
      verify({ claims: { nbf: ahead, iat: ahead, exp: nowInSeconds() - 20 } }),
    ).resolves.toBeDefined()
  })

  it.each(['exp', 'iat'])('[CID-4] rejects a core identity without %s', async (claim) => {
    await expectRefused(verify({ claims: { [claim]: undefined } }), new RegExp(`"${claim}"`))
  })
})

describe('level of confidence', () => {
  it.each([undefined, '', 'Cl.Cm', 'P4', 'p2', 'Cl.Cm.P2', ['P2'], 2, null])(
    '[CID-5] rejects the vot %j',
    async (vot) => {
      await expectRefused(verify({ claims: { vot } }), /its "vot" is missing or not a level of confidence/)
    },
  )

  it.each([
    ['P1', 'P2'],
    ['P2', 'P3'],
    ['P0', 'P1'],
    ['P0', 'P2'],
  ] as const)('[CID-5] never accepts %s as proven if %s was requested', async (vot, level) => {
    const error = await refusalOf(verify({ claims: { vot }, level }))
    expect(error).toMatchObject({ code: 'identity_level_too_low', status: 403 })
    expect(error.message).toContain(
      `One Login proved the identity at ${vot}, but your service requested ${level}. `,
    )
  })

  it.each([
    ['P1', 'P1'],
    ['P2', 'P1'],
    ['P3', 'P2'],
  ] as const)('[CID-5] accepts %s if %s was requested, and returns it', async (vot, level) => {
    await expect(verify({ claims: { vot }, level })).resolves.toMatchObject({ level: vot })
  })
})

describe('malformed data', () => {
  const names = (...list: unknown[]) => credential({ name: list })
  const parts = (...nameParts: unknown[]) => names({ nameParts })

  it.each([
    ['no credential', undefined, 'vc'],
    ['a credential that is text', 'eyJ', 'vc'],
    ['no subject', {}, 'credentialSubject'],
    ['no name', credential({ name: undefined }), 'credentialSubject.name'],
    ['a name that is text', credential({ name: 'SECRET' }), 'credentialSubject.name'],
    ['an empty list of names', names(), 'credentialSubject.name'],
    ['no current name', names({ ...name, validUntil: '2021-01-01' }), 'credentialSubject.name'],
    ['a name without parts', parts(), 'credentialSubject.name.0.nameParts'],
    ['a name part without value', parts({ type: 'GivenName' }), 'credentialSubject.name.0.nameParts.0.value'],
    [
      'a name part of an unknown type',
      parts({ type: 'SECRET', value: 'SECRET' }),
      'credentialSubject.name.0.nameParts.0.type',
    ],
    [
      'a name part that is a number',
      parts({ type: 'GivenName', value: 5 }),
      'credentialSubject.name.0.nameParts.0.value',
    ],
    [
      'more name parts than the limit',
      parts(...Array<unknown>(1001).fill({ type: 'GivenName', value: 'SECRET' })),
      'credentialSubject.name.0.nameParts',
    ],
    [
      'a name whose start is not a date',
      names({ ...name, validFrom: 'SECRET' }),
      'credentialSubject.name.0.validFrom',
    ],
    [
      'a name whose end is not a date',
      names(name, { ...name, validUntil: '01/02/2020' }),
      'credentialSubject.name.1.validUntil',
    ],
    ['no birth date', credential({ birthDate: undefined }), 'credentialSubject.birthDate'],
    ['an empty list of birth dates', credential({ birthDate: [] }), 'credentialSubject.birthDate'],
    [
      'a birth date in another format',
      credential({ birthDate: [{ value: '1 SECRET 1970' }] }),
      'credentialSubject.birthDate.0.value',
    ],
  ])('[CID-12, CID-6] rejects %s, and names the claim without its value', async (_what, vc, claim) => {
    const error = await refusalOf(verify({ claims: { vc } }))
    expect(error.code).toBe('identity_claim_invalid')
    expect(error.message).toContain(
      `The claim ${claim} of the core identity does not have the documented form. `,
    )
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('SECRET')
  })

  it('[CID-6] shows nothing of a rejected core identity in the error or its cause', async () => {
    const error = await refusalOf(verify({ claims: { exp: 1 } }))
    expect(inspect(error)).not.toMatch(/Alice|O’Donnell|1970|a-user|eyJ/)
  })
})

describe('names', () => {
  it('[CID-8] accepts parts in any order, number, length and script', async () => {
    const unusual = {
      nameParts: [
        { type: 'FamilyName', value: '欧阳' },
        { type: 'GivenName', value: 'ø'.repeat(5000) },
        { type: 'GivenName', value: 'محمد' },
        { type: 'FamilyName', value: '-' },
      ],
    }
    const { name: names } = await verify({ claims: { vc: credential({ name: [unusual] }) } })
    expect(names).toEqual([unusual])
  })

  it('[CID-2] does not look the key up in the keys for ID tokens', async () => {
    const stranger = createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    const found: VerificationKey = { alg: 'ES256', key: stranger }
    const provider = { identityKey: op.findKey, tokenKey: () => Promise.resolve(found) }
    const jwt = await op.sign(goodClaims())
    await expect(verifyCoreIdentity(jwt, asked, provider, settings)).resolves.toBeDefined()
  })
})
