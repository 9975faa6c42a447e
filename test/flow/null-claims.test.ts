import { describe, expect, it } from 'vitest'
import type { Address, DrivingPermit, NamePart, OneLoginUser, Passport } from '../../lib/index.ts'
import { signInAt, startAttackedService } from '../support/attacked-service.ts'
import { honest } from '../support/forged-tokens.ts'
import { startPair, type Pair } from '../support/simulator.ts'

type Members<Claim> = Readonly<Record<keyof Claim, unknown>>

/** One of each claim, with every member. */
const address: Members<Address> = {
  uprn: 10022812929,
  organisationName: 'FINCH GROUP',
  departmentName: 'UNIT 2B',
  subBuildingName: 'FLAT 5',
  buildingNumber: '16',
  buildingName: 'COY POND BUSINESS PARK',
  dependentStreetName: 'KINGS PARK',
  streetName: 'BIG STREET',
  doubleDependentAddressLocality: 'SOME DISTRICT',
  dependentAddressLocality: 'LONG EATON',
  addressLocality: 'GREAT MISSENDEN',
  addressRegion: 'BUCKS',
  postalCode: 'HP16 0AL',
  addressCountry: 'GB',
  validFrom: '2022-01-01',
  validUntil: '2023-01-01',
}
const passport: Members<Passport> = {
  documentNumber: '1223456',
  icaoIssuerCode: 'GBR',
  expiryDate: '2032-02-02',
}
const drivingPermit: Members<DrivingPermit> = {
  personalNumber: 'HACKN806067NA0AA',
  issueNumber: '1',
  issuedBy: 'DVLA',
  expiryDate: '2027-08-01',
}
const namePart: Members<NamePart> = { type: 'GivenName', value: 'Alice' }
const name = { nameParts: [namePart], validFrom: '2020-03-01', validUntil: '2021-01-01' }
const birthDate = { value: '1970-01-01', validFrom: '2020-03-01', validUntil: '2021-01-01' }
const currentName = { nameParts: [{ type: 'FamilyName', value: 'Doe' }] }

/** The members that One Login always sends. All others are optional. */
const required = {
  address: [],
  passport: ['documentNumber'],
  drivingPermit: ['personalNumber'],
  returnCode: ['code'],
  name: ['nameParts'],
  birthDate: ['value'],
  namePart: ['type', 'value'],
}

const url = (claim: string) => `https://vocab.account.gov.uk/v1/${claim}`
const inUserinfo = (claim: string) => (value: unknown) => ({ claims: { [url(claim)]: [value] } })
const inCoreIdentity = (name: unknown, birthDate: unknown) => ({
  coreIdentity: { vc: { credentialSubject: { name: [currentName, ...[name].flat()], birthDate } } },
})

/** For each claim: an example, the request for it, and its place in the user. */
const claims = {
  address: { example: address, send: inUserinfo('address'), read: (user) => provenOf(user).addresses?.[0] },
  passport: {
    example: passport,
    send: inUserinfo('passport'),
    read: (user) => provenOf(user).passports?.[0],
  },
  drivingPermit: {
    example: drivingPermit,
    send: inUserinfo('drivingPermit'),
    read: (user) => provenOf(user).drivingPermits?.[0],
  },
  returnCode: {
    example: { code: 'A' },
    send: inUserinfo('returnCode'),
    read: (user) => ({ code: provenOf(user).returnCodes[0] }),
  },
  name: {
    example: name,
    send: (value) => inCoreIdentity(value, [{ value: '1970-01-01' }]),
    read: (user) => provenOf(user).previousNames[0],
  },
  namePart: {
    example: namePart,
    send: (value) => inCoreIdentity({ ...name, nameParts: [value] }, [{ value: '1970-01-01' }]),
    read: (user) => provenOf(user).previousNames[0]?.parts[0],
  },
  birthDate: {
    example: birthDate,
    send: (value) => inCoreIdentity([], [value]),
    read: (user) => ({ value: provenOf(user).birthDate }),
  },
} satisfies Record<
  keyof typeof required,
  {
    example: Readonly<Record<string, unknown>>
    send: (value: unknown) => Parameters<Pair['op']['respondWith']>[0]
    read: (user: OneLoginUser) => unknown
  }
>

const cases = Object.entries(claims).flatMap(([claim, { example }]) =>
  Object.keys(example).map((member) => ({ claim: claim as keyof typeof claims, member })),
)
const isRequired = ({ claim, member }: (typeof cases)[number]) =>
  (required[claim] as readonly string[]).includes(member)
// A name without an end is the current name, which has another place in the user.
const isEnd = ({ claim, member }: (typeof cases)[number]) => claim === 'name' && member === 'validUntil'

function provenOf({ identity }: OneLoginUser) {
  if (!identity?.proven) throw new Error('The identity was not proven.')
  return identity
}

/** Signs in and proves an identity with One Login's response, and returns the page's status, its code and the user. */
async function prove(response: Parameters<Pair['op']['respondWith']>[0]) {
  await using pair = await startPair({
    options: {
      scope: ['openid', 'email', 'phone', 'wallet-subject-id'],
      claims: ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'],
    },
  })
  pair.op.respondWith(response)
  const browser = pair.browser()
  const page = await browser.visit(`${pair.service.url}/identity`)
  const { body } = await browser.send(`${pair.service.url}/whoami`)
  const { code } = JSON.parse(page.body) as { code?: string }
  return { status: page.status, code, body, user: JSON.parse(body) as OneLoginUser }
}

describe('a member that is null', () => {
  it.each(cases.filter((nullCase) => !isRequired(nullCase) && !isEnd(nullCase)))(
    '[CID-13] is absent, if it is $member of $claim, which is optional',
    async ({ claim, member }) => {
      const { example, send, read } = claims[claim]
      const { status, body, user } = await prove(send({ ...example, [member]: null }))
      expect(status).toBe(200)
      expect(body).not.toContain(':null')
      const { [member]: _left, ...rest } = example as Record<string, unknown>
      if (claim === 'birthDate') expect(read(user)).toEqual({ value: rest.value })
      else if (claim === 'name') expect(read(user)).toMatchObject({ validUntil: rest.validUntil })
      else expect(read(user)).toEqual(rest)
      expect(read(user)).not.toHaveProperty(member)
    },
  )

  it.each(cases.filter(isRequired))(
    '[CID-13] is rejected, if it is $member of $claim, which is required',
    async ({ claim, member }) => {
      const { example, send } = claims[claim]
      const { code, user } = await prove(send({ ...example, [member]: null }))
      expect(code).toBe('identity_claim_invalid')
      expect(user).not.toHaveProperty('identity')
    },
  )

  it.each(Object.keys(claims) as (keyof typeof claims)[])(
    '[CID-13] is rejected instead of a %s in a list',
    async (claim) => {
      const response =
        claim === 'name' ? inCoreIdentity([null], [{ value: '1970-01-01' }]) : claims[claim].send(null)
      expect(await prove(response)).toHaveProperty('code', 'identity_claim_invalid')
    },
  )
})

describe('the current name', () => {
  it.each([{ validUntil: null }, {}])('[CID-8, CID-13] is the one that ends with %j', async (end) => {
    const { user } = await prove({
      coreIdentity: {
        vc: {
          credentialSubject: {
            name: [name, { nameParts: [{ type: 'GivenName', value: 'Now' }], validFrom: null, ...end }],
            birthDate: [{ value: '1970-01-01' }],
          },
        },
      },
    })
    const { name: current, previousNames } = provenOf(user)
    expect(current).toEqual({ full: 'Now', parts: [{ type: 'GivenName', value: 'Now' }] })
    expect(previousNames).toMatchObject([{ full: 'Alice', validUntil: '2021-01-01' }])
  })
})

describe('a claim that is null', () => {
  it.each([
    ['email', 'email'],
    ['email_verified', 'emailVerified'],
    ['phone_number', 'phoneNumber'],
    ['phone_number_verified', 'phoneNumberVerified'],
    ['wallet_subject_id', 'walletSubjectId'],
    [url('address'), 'identity.addresses'],
    [url('passport'), 'identity.passports'],
    [url('drivingPermit'), 'identity.drivingPermits'],
  ])('[CID-13] is absent, if it is %s', async (claim, property) => {
    const { status, body, user } = await prove({ claims: { [claim]: null } })
    expect(status).toBe(200)
    expect(body).not.toContain(':null')
    expect(user).not.toHaveProperty(property)
    expect(user).toHaveProperty('identity.proven', true)
  })

  it('[CID-13] means no return codes, if it is returnCode', async () => {
    const { user } = await prove({ claims: { [url('returnCode')]: null } })
    expect(user.identity).toMatchObject({ proven: true, returnCodes: [] })
  })

  it('[CID-7, CID-13] means that the identity was not proven, if it is coreIdentityJWT', async () => {
    const { code, user } = await prove({ claims: { [url('coreIdentityJWT')]: null } })
    expect(code).toBe('identity_not_proven')
    expect(user.identity).toEqual({ proven: false, returnCodes: [] })
  })

  it('[UI-1, CID-13] is rejected, if it is sub', async () => {
    expect(await prove({ claims: { sub: null } })).toMatchObject({ code: 'userinfo_invalid', user: null })
  })
})

describe('a claim of the ID token that is null', () => {
  it.each(['auth_time', 'at_hash', 'azp', 'nbf', 'sid', 'vtm'])(
    '[CID-13] is absent, if it is %s, which is optional',
    async (claim) => {
      await using attacked = await startAttackedService()
      attacked.provider.idToken = ({ claims, ...draft }) =>
        honest({ ...draft, claims: { ...claims, [claim]: null } })
      const { code, user } = await signInAt(attacked.service)
      expect(code).toBe('accepted')
      expect(JSON.stringify(user)).not.toContain(':null')
    },
  )
})

describe('the ready user "nulls"', () => {
  it('[CID-13, SIM-3] has null in every claim and proves an identity', async () => {
    const { status, body, user } = await prove({ user: 'nulls' })
    expect(status).toBe(200)
    expect(body).not.toContain(':null')
    expect(provenOf(user)).toMatchObject({
      name: { full: 'Alice Doe', validFrom: '2011-06-11' },
      previousNames: [{ full: 'Alice Smith', validUntil: '2011-06-11' }],
      passports: [{ documentNumber: expect.any(String) as string }],
    })
  })
})
