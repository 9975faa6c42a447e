import { decodeJwt } from 'jose'
import {
  readyUser,
  readyUserNames,
  type NameClaim,
  type ReadyUserName,
} from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { identityFor, start, vocabulary } from './relying-party.ts'

interface Identity {
  readonly names: readonly NameClaim[]
  readonly birthDates: readonly { readonly value: string }[]
  readonly addresses: readonly Record<string, unknown>[]
  readonly passports: readonly Record<string, unknown>[]
  readonly drivingPermits: readonly Record<string, unknown>[]
}

/** The userinfo claims that a service gets about a ready user. */
async function identityOf(user: ReadyUserName): Promise<Identity> {
  const op = await start()
  op.respondWith({ user })
  const body = await identityFor(op)
  const { vc } = decodeJwt<{
    vc: { credentialSubject: { name: NameClaim[]; birthDate: Identity['birthDates'] } }
  }>(String(body[`${vocabulary}coreIdentityJWT`]))
  const list = (name: string) => body[`${vocabulary}${name}`] as Record<string, unknown>[]
  return {
    names: vc.credentialSubject.name,
    birthDates: vc.credentialSubject.birthDate,
    addresses: list('address'),
    passports: list('passport'),
    drivingPermits: list('drivingPermit'),
  }
}

const partsOf = ({ names }: Identity) => names[0]?.nameParts.map(({ type }) => type) ?? []

describe('the ready users', () => {
  it('[SIM-3] each have their own subject and email address', () => {
    const users = readyUserNames.map((name) => readyUser(name))
    expect(new Set(users.map(({ sub }) => sub)).size).toBe(users.length)
    expect(new Set(users.map(({ email }) => email)).size).toBe(users.length)
    for (const { sub } of users) expect(sub).toMatch(/^urn:fdc:gov\.uk:2022:[\w-]{43}$/)
  })

  it.each([
    ['typical', { phoneNumber: '+447700900123', identity: { level: 'P2' } }],
    ['high-confidence', { identity: { level: 'P3' } }],
    ['low-confidence', { identity: { level: 'P1' } }],
    ['not-proven', { identity: { level: 'P0' }, returnCodes: ['B', 'C'] }],
    ['proven-with-return-code', { identity: { level: 'P2' }, returnCodes: ['P'] }],
    ['two-birth-dates', { identity: { birthDates: ['1965-07-08', '1965-08-07'] } }],
    ['northern-irish-licence', { identity: { passports: [], drivingPermits: [{ issuedBy: 'DVA' }] } }],
    [
      'address-abroad',
      {
        phoneNumber: '+12025550143',
        identity: {
          addresses: [{ addressRegion: 'CALIFORNIA', addressCountry: 'US' }],
          passports: [{ icaoIssuerCode: 'IRL' }],
        },
      },
    ],
    [
      'nulls',
      {
        identity: {
          names: [
            { validFrom: null, validUntil: '2011-06-11' },
            { validFrom: '2011-06-11', validUntil: null },
          ],
          addresses: [{ uprn: null, subBuildingName: null, addressRegion: null, validUntil: null }],
          passports: [{ icaoIssuerCode: null, expiryDate: null }],
          drivingPermits: [{ issueNumber: null, issuedBy: null, expiryDate: null }],
        },
      },
    ],
  ] as const)('[SIM-3] include %s, who is as the documentation describes them', (name, expected) => {
    expect(readyUser(name)).toMatchObject(expected)
  })

  it('[SIM-3] include users without an identity, without a phone number, and with one expired passport', () => {
    const without = (part: 'identity' | 'phoneNumber') =>
      readyUserNames.filter((name) => readyUser(name)[part] === undefined)
    expect(without('identity')).toEqual(['no-identity'])
    expect(without('phoneNumber')).toEqual(['no-phone', 'nulls'])
    const hasExpired = (name: ReadyUserName) => {
      const { passports = [], drivingPermits = [] } = readyUser(name).identity ?? {}
      const dates = [...passports, ...drivingPermits].map(({ expiryDate }) => expiryDate)
      return dates.some((date) => typeof date === 'string' && Date.parse(date) < Date.now())
    }
    expect(readyUserNames.filter(hasExpired)).toEqual(['expired-passport'])
  })

  it('[SIM-3] [CID-8] have names in every order and number', async () => {
    expect(partsOf(await identityOf('many-given-names')).filter((type) => type === 'GivenName')).toHaveLength(
      5,
    )
    expect(partsOf(await identityOf('family-name-first'))).toEqual([
      'FamilyName',
      'GivenName',
      'GivenName',
      'GivenName',
    ])
    expect(partsOf(await identityOf('no-family-name'))).toEqual(['GivenName'])
  })

  it('[SIM-3] [CID-8] have names of any length and script', async () => {
    const long = await identityOf('long-names')
    expect(long.names[0]?.nameParts.map(({ value }) => value.length)).toEqual([200, 200])
    const { names } = await identityOf('other-script')
    const text = names[0]?.nameParts.map(({ value }) => value).join(' ') ?? ''
    for (const script of [/\p{Script=Cyrillic}/u, /\p{Script=Arabic}/u, /\p{Script=Han}/u])
      expect(text).toMatch(script)
  })

  it('[SIM-3] [CID-8] have previous names as well as the current one', async () => {
    const { names } = await identityOf('previous-names')
    expect(names.filter(({ validUntil }) => validUntil === undefined)).toHaveLength(1)
    expect(names).toHaveLength(3)
  })

  it('[SIM-3] [CID-9] have one or two dates of birth', async () => {
    expect((await identityOf('typical')).birthDates).toEqual([{ value: '1965-07-08' }])
    expect((await identityOf('two-birth-dates')).birthDates).toHaveLength(2)
  })

  it('[SIM-3] [CID-10] have addresses of every kind, or none', async () => {
    expect((await identityOf('no-fixed-address')).addresses).toEqual([])
    expect((await identityOf('address-abroad')).addresses[0]).toHaveProperty('addressRegion')
    const { addresses } = await identityOf('previous-addresses')
    expect(addresses.filter((address) => !('validUntil' in address))).toHaveLength(1)
    expect(addresses.map(({ uprn }) => typeof uprn).sort()).toEqual(['number', 'string', 'undefined'])
  })

  it('[SIM-3] [CID-11] have documents of every kind, or none', async () => {
    const licence = await identityOf('northern-irish-licence')
    expect(licence.passports).toEqual([])
    expect(licence.drivingPermits).toHaveLength(1)
    expect(licence.drivingPermits[0]).not.toHaveProperty('issueNumber')
    const { passports } = await identityOf('expired-passport')
    expect(Date.parse(String(passports[0]?.expiryDate))).toBeLessThan(Date.now())
    expect((await identityOf('every-document')).drivingPermits[0]).toHaveProperty('issueNumber')
  })
})
