import { describe, expect, it } from 'vitest'
import type { CoreIdentity } from '../../lib/tokens/core-identity.ts'
import { createIdentity, createUser, type ProvenIdentity } from '../../lib/sign-in/user.ts'
import { refusalOf } from '../support/refusal.ts'

const sub = 'urn:fdc:gov.uk:2022:a-user'

const core: CoreIdentity = {
  level: 'P2',
  name: [
    {
      validUntil: '2020-02-29',
      nameParts: [
        { type: 'GivenName', value: 'Alice' },
        { type: 'FamilyName', value: 'Smith' },
      ],
    },
    {
      validFrom: '2020-03-01',
      nameParts: [
        { type: 'GivenName', value: 'Alice' },
        { type: 'GivenName', value: 'Jane' },
        { type: 'FamilyName', value: 'O’Donnell' },
      ],
    },
    { validUntil: '1999-12-31', nameParts: [{ type: 'GivenName', value: 'Ali' }] },
  ],
  birthDate: [{ value: '1970-01-02' }, { value: '1970-02-01' }],
}

/** The identity from claims other than the core identity, by their short names. */
function prove(claims: Readonly<Record<string, unknown>> = {}, proven: CoreIdentity = core): ProvenIdentity {
  const identity = createIdentity(proven, userinfo(claims))
  if (!identity.proven) throw new Error('It was not proven.')
  return identity
}

function userinfo(claims: Readonly<Record<string, unknown>>) {
  return {
    sub,
    ...Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [`https://vocab.account.gov.uk/v1/${name}`, value]),
    ),
  }
}

describe('account', () => {
  it('[UI-2] returns each claim under its documented name', () => {
    const user = createUser(
      { sub, iat: 1, vot: 'Cl.Cm', authTime: 1_700_000_000, sid: 'the-journey' },
      {
        sub,
        email: 'test@example.com',
        email_verified: true,
        phone_number: '+441406946277',
        phone_number_verified: false,
        wallet_subject_id: 'urn:fdc:wallet.account.gov.uk:2024:a',
      },
    )
    expect(user).toEqual({
      sub,
      email: 'test@example.com',
      emailVerified: true,
      phoneNumber: '+441406946277',
      phoneNumberVerified: false,
      walletSubjectId: 'urn:fdc:wallet.account.gov.uk:2024:a',
      authentication: { level: 'Cl.Cm', time: '2023-11-14T22:13:20.000Z', sid: 'the-journey' },
    })
  })

  it('[UI-2] leaves out what One Login did not send', () => {
    expect(Object.entries(createUser({ sub, iat: 1, vot: 'Cl' }, { sub }))).toEqual([
      ['sub', sub],
      ['authentication', { level: 'Cl' }],
    ])
  })

  it('[CID-6] has only the named claims of userinfo', () => {
    const claims = { ...userinfo({ coreIdentityJWT: 'eyJ', returnCode: [] }), birthdate: '1970-01-01' }
    expect(createUser({ sub, iat: 1, vot: 'Cl' }, claims)).toEqual({ sub, authentication: { level: 'Cl' } })
  })

  it('[CID-6] can be stored in a session store, with its identity', () => {
    const identity = prove({ address: [{ uprn: 10022812929 }], returnCode: [{ code: 'A' }] })
    const user = createUser(
      { sub, iat: 1, vot: 'Cl.Cm', authTime: 5 },
      { sub, email: 'a@b.example' },
      identity,
    )
    expect(user.identity).toEqual(identity)
    expect(JSON.parse(JSON.stringify(user))).toStrictEqual(user)
  })
})

describe('outcome', () => {
  it('[CID-7] reports an identity that was not proven, with its return codes', () => {
    expect(createIdentity(undefined, userinfo({ returnCode: [{ code: 'A' }, { code: 'Z' }] }))).toEqual({
      proven: false,
      returnCodes: ['A', 'Z'],
    })
  })

  it('[CID-7] reports an identity that was not proven, without return codes', () => {
    expect(createIdentity(undefined, userinfo({}))).toEqual({ proven: false, returnCodes: [] })
  })

  it('[CID-7] never counts documents as a proof', () => {
    const claims = { address: [{ postalCode: 'SW1A 2AA' }], passport: [{ documentNumber: '1223456' }] }
    expect(createIdentity(undefined, userinfo(claims))).toEqual({ proven: false, returnCodes: [] })
  })

  it('[CID-11] returns return codes with a proven identity too', () => {
    expect(prove({ returnCode: [{ code: 'N' }, { code: 'T' }] })).toMatchObject({
      proven: true,
      returnCodes: ['N', 'T'],
    })
    expect(prove().returnCodes).toEqual([])
  })

  it('[CID-5] returns the level that was reached', () => {
    expect(prove({}, { ...core, level: 'P1' }).level).toBe('P1')
  })
})

describe('names', () => {
  it('[CID-8] returns the name without an end as the current one, with its parts in order', () => {
    expect(prove().name).toEqual({
      full: 'Alice Jane O’Donnell',
      parts: core.name[1]?.nameParts,
      validFrom: '2020-03-01',
    })
  })

  it('[CID-8] returns the first of 2 names without an end, and loses none', () => {
    const [first, second] = ['Alice', 'Alys'].map((value) => ({
      nameParts: [{ type: 'GivenName' as const, value }],
    }))
    if (!first || !second) throw new Error('There are 2 names.')
    const { name, previousNames } = prove({}, { ...core, name: [first, second] })
    expect([name, ...previousNames].map(({ full }) => full)).toEqual(['Alice', 'Alys'])
  })

  it('[CID-8] separates previous names', () => {
    expect(prove().previousNames).toEqual([
      { full: 'Alice Smith', parts: core.name[0]?.nameParts, validUntil: '2020-02-29' },
      { full: 'Ali', parts: core.name[2]?.nameParts, validUntil: '1999-12-31' },
    ])
  })

  it('[CID-8] keeps the order of family names: first, several, or none', () => {
    const nameParts = [
      { type: 'FamilyName', value: '欧阳' },
      { type: 'GivenName', value: 'Li' },
    ] as const
    const { name } = prove({}, { ...core, name: [{ nameParts: [...nameParts] }] })
    expect(name).toEqual({ full: '欧阳 Li', parts: nameParts })
  })

  it('[CID-8] rejects names that have all ended', async () => {
    const ended = { ...core, name: core.name.filter(({ validUntil }) => validUntil !== undefined) }
    const { code, message } = await refusalOf(() => prove({}, ended))
    expect(code).toBe('identity_claim_invalid')
    expect(message).toContain('coreIdentityJWT')
  })
})

describe('birth dates', () => {
  it('[CID-9] returns the first as the birth date, and the others separately', () => {
    expect(prove()).toMatchObject({ birthDate: '1970-01-02', otherBirthDates: ['1970-02-01'] })
  })

  it('[CID-9] returns an empty list if there are no others', () => {
    expect(prove({}, { ...core, birthDate: [{ value: '1970-01-02' }] }).otherBirthDates).toEqual([])
  })
})

describe('addresses and documents', () => {
  it('[CID-10] accepts an address with any members, and returns them unchanged', () => {
    const address = [
      { uprn: 10022812929, organisationName: 'FINCH GROUP', buildingNumber: '8', validFrom: '2019-01-01' },
      { uprn: '10022812930', postalCode: 'SW1A 2AA', addressCountry: 'GB', validUntil: '2018-12-31' },
      { addressRegion: 'Bretagne', addressLocality: 'Brest', addressCountry: 'FR' },
      {},
    ]
    expect(prove({ address }).addresses).toEqual(address)
  })

  it('[CID-11] returns passports and driving licences unchanged', () => {
    const passport = [{ documentNumber: '1223456', icaoIssuerCode: 'GBR', expiryDate: '2032-02-02' }]
    const drivingPermit = [
      { personalNumber: 'HACKN806067NA0AA', issueNumber: '1', issuedBy: 'DVLA', expiryDate: '2027-08-01' },
      { personalNumber: '55667788', issuedBy: 'DVA', expiryDate: '2032-02-02' },
    ]
    expect(prove({ passport, drivingPermit })).toMatchObject({
      passports: passport,
      drivingPermits: drivingPermit,
    })
  })

  it('[CID-11] distinguishes an empty list from a missing claim', () => {
    expect(prove({ address: [], passport: [], drivingPermit: [], returnCode: [] })).toMatchObject({
      addresses: [],
      passports: [],
      drivingPermits: [],
      returnCodes: [],
    })
    const without = prove()
    for (const name of ['addresses', 'passports', 'drivingPermits']) expect(without).not.toHaveProperty(name)
  })

  it('[CID-10] leaves out members that One Login may add', () => {
    expect(prove({ address: [{ postalCode: 'SW1A 2AA', newMember: 1 }] }).addresses).toEqual([
      { postalCode: 'SW1A 2AA' },
    ])
  })
})

describe('malformed claims', () => {
  it.each([
    ['address', { postalCode: 'SECRET' }],
    ['address', 'SECRET'],
    ['address', [{ uprn: true }]],
    ['address', [{ postalCode: 5 }]],
    ['address', [{ validUntil: 'SECRET' }]],
    ['passport', { documentNumber: 'SECRET' }],
    ['passport', [{ icaoIssuerCode: 'SECRET' }]],
    ['passport', [{ documentNumber: 'SECRET', expiryDate: '01/01/2030' }]],
    ['drivingPermit', [{ issuedBy: 'SECRET' }]],
    ['drivingPermit', [{ personalNumber: 'SECRET', issueNumber: 1 }]],
    ['returnCode', 'SECRET'],
    ['returnCode', [{}]],
    ['returnCode', ['SECRET']],
    ['returnCode', [{ code: '' }]],
    ['returnCode', [{ code: '<b>SECRET</b>' }]],
  ])('[CID-11, CID-12] rejects %s %j, and names the claim without its content', async (claim, value) => {
    const error = await refusalOf(() => prove({ [claim]: value }))
    expect(error.code).toBe('identity_claim_invalid')
    expect(error.message).toBe(
      `The claim ${claim} in One Login's userinfo does not have the documented form. Report it to One Login.`,
    )
    expect(JSON.stringify([error, error.stack, error.cause])).not.toContain('SECRET')
  })

  it('[CID-12] rejects malformed return codes of an identity that was not proven', async () => {
    const unproven = () => createIdentity(undefined, userinfo({ returnCode: [{}] }))
    expect(await refusalOf(unproven)).toMatchObject({ code: 'identity_claim_invalid' })
  })
})
