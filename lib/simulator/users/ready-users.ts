import { drivingLicence, family, given, homeInBath, named, passport, proven, subjectOf } from './evidence.ts'
import type { SimulatorUser } from './simulator-user.ts'

const kenneth = named(given('Kenneth'), family('Decerqueira'))

/** A ready user, without the parts that are made from the name. */
interface Case {
  /** What is special about this user, in a few words. */
  readonly about: string
  readonly user: Omit<SimulatorUser, 'sub' | 'email'>
}

const phoneNumber = '+447700900123'

const cases = {
  typical: { about: 'The usual case, proven at P2', user: { phoneNumber, identity: proven(kenneth) } },
  'every-document': {
    about: 'A passport and a driving licence',
    user: { phoneNumber, identity: proven(kenneth, { drivingPermits: [drivingLicence] }) },
  },
  'high-confidence': {
    about: 'Proven at P3',
    user: { phoneNumber, identity: proven(kenneth, { level: 'P3' }) },
  },
  'low-confidence': {
    about: 'Proven only at P1',
    user: { phoneNumber, identity: proven(kenneth, { level: 'P1' }) },
  },
  'no-identity': { about: 'Can sign in but cannot prove an identity', user: { phoneNumber } },
  'no-phone': {
    about: 'Gets codes from an app, so there is no phone number',
    user: { identity: proven(kenneth) },
  },
  'many-given-names': {
    about: 'Five given names',
    user: {
      phoneNumber,
      identity: proven(
        named(
          ...['Alice', 'Jane', 'Laura', 'Mary', 'Anne'].map(given),
          family('van'),
          family('den'),
          family('Berg'),
        ),
      ),
    },
  },
  'family-name-first': {
    about: 'The family name comes first',
    user: {
      phoneNumber,
      identity: proven(named(family('Nguyễn'), given('Thị'), given('Minh'), given('Khai'))),
    },
  },
  'no-family-name': {
    about: 'Only one name',
    user: { phoneNumber, identity: proven(named(given('Sukarnita'))) },
  },
  'long-names': {
    about: 'Names of 200 characters',
    user: { phoneNumber, identity: proven(named(given('Wolfe'.repeat(40)), family('Schlegel'.repeat(25)))) },
  },
  'other-script': {
    about: 'Names in Cyrillic, Arabic and Chinese, with an emoji',
    user: {
      phoneNumber,
      identity: proven(named(given('Ольга'), given('نور'), given('小明'), family('O’Donnell-Łukasz 🙂'))),
    },
  },
  'previous-names': {
    about: 'Two previous names',
    user: {
      phoneNumber,
      identity: proven([
        { nameParts: [given('Alice'), family('Doe')], validFrom: '2020-03-01' },
        {
          nameParts: [given('Alice'), family('O’Donnell')],
          validFrom: '2011-06-11',
          validUntil: '2020-03-01',
        },
        { nameParts: [given('Alice'), family('Smith')], validUntil: '2011-06-11' },
      ]),
    },
  },
  'two-birth-dates': {
    about: 'Two dates of birth. The first has the higher confidence',
    user: { phoneNumber, identity: proven(kenneth, { birthDates: ['1965-07-08', '1965-08-07'] }) },
  },
  'no-fixed-address': {
    about: 'No address at all',
    user: { phoneNumber, identity: proven(kenneth, { addresses: [] }) },
  },
  'previous-addresses': {
    about: 'A flat with a long address, and two earlier ones, not in order',
    user: {
      phoneNumber,
      identity: proven(kenneth, {
        addresses: [
          {
            buildingName: 'SAWLEY MARINA',
            streetName: 'INGWORTH ROAD',
            dependentAddressLocality: 'LONG EATON',
            addressLocality: 'NOTTINGHAM',
            postalCode: 'BH12 1JY',
            addressCountry: 'GB',
            validUntil: '2022-01-01',
          },
          {
            uprn: '10022812929',
            organisationName: 'ACME CORPORATION',
            departmentName: 'SALES',
            subBuildingName: 'FLAT 5',
            buildingName: 'WEST LEA',
            buildingNumber: '16',
            dependentStreetName: 'KINGS PARK',
            streetName: 'HIGH STREET',
            doubleDependentAddressLocality: 'EREWASH',
            dependentAddressLocality: 'LONG EATON',
            addressLocality: 'GREAT MISSENDEN',
            postalCode: 'HP16 0AL',
            addressCountry: 'GB',
            validFrom: '2022-01-01',
          },
          { ...homeInBath, validFrom: '2010-01-01', validUntil: '2014-01-01' },
        ],
      }),
    },
  },
  'address-abroad': {
    about: 'Lives in another country, in a region',
    user: {
      phoneNumber: '+12025550143',
      identity: proven(kenneth, {
        addresses: [
          {
            subBuildingName: '1',
            buildingNumber: '27',
            buildingName: 'THE BIG BUILDING',
            streetName: 'LONG STREET',
            addressLocality: 'LOS ANGELES',
            addressRegion: 'CALIFORNIA',
            postalCode: '90012',
            addressCountry: 'US',
            validFrom: '2019-01-01',
          },
        ],
        passports: [{ documentNumber: 'L8837421', icaoIssuerCode: 'IRL', expiryDate: '2031-05-09' }],
      }),
    },
  },
  'northern-irish-licence': {
    about: 'A driving licence of the DVA, which has no issue number, and no passport',
    user: {
      phoneNumber,
      identity: proven(kenneth, {
        passports: [],
        drivingPermits: [{ personalNumber: '55667788', issuedBy: 'DVA', expiryDate: '2030-10-02' }],
      }),
    },
  },
  'expired-passport': {
    about: 'The passport has expired',
    user: {
      phoneNumber,
      identity: proven(kenneth, { passports: [{ ...passport, expiryDate: '2019-02-28' }] }),
    },
  },
  nulls: {
    about: 'Identity claims with null for missing values',
    user: {
      identity: proven(
        [
          { nameParts: [given('Alice'), family('Smith')], validFrom: null, validUntil: '2011-06-11' },
          { nameParts: [given('Alice'), family('Doe')], validFrom: '2011-06-11', validUntil: null },
        ],
        {
          addresses: [
            { ...homeInBath, uprn: null, subBuildingName: null, addressRegion: null, validUntil: null },
          ],
          passports: [{ ...passport, icaoIssuerCode: null, expiryDate: null }],
          drivingPermits: [{ ...drivingLicence, issueNumber: null, issuedBy: null, expiryDate: null }],
        },
      ),
    },
  },
  'not-proven': {
    about: 'The identity check fails, with two return codes',
    user: { phoneNumber, identity: proven(kenneth, { level: 'P0' }), returnCodes: ['B', 'C'] },
  },
  'proven-with-return-code': {
    about: 'The identity is proven and a return code comes with it',
    user: { phoneNumber, identity: proven(kenneth), returnCodes: ['P'] },
  },
} as const satisfies Record<string, Case>

/**
 * The name of a ready user.
 *
 * @useDeclaredType
 */
export type ReadyUserName = keyof typeof cases

/**
 * The names of the ready users.
 *
 * @example
 * ```ts
 * for (const user of readyUserNames) op.respondWith({ user })
 * ```
 */
export const readyUserNames = Object.keys(cases) as ReadyUserName[]

/** Whether a text names a ready user. */
export const isReadyUserName = (text: string): text is ReadyUserName => Object.hasOwn(cases, text)

/** Returns what is special about a ready user. */
export const aboutUser = (name: ReadyUserName): string => cases[name].about

/**
 * Returns a ready user, to change or to compare with.
 *
 * @param name - one of {@link readyUserNames}
 * @example
 * ```ts
 * op.respondWith({ user: { ...readyUser('typical'), email: 'mine@example.com' } })
 * ```
 */
export function readyUser(name: ReadyUserName): SimulatorUser {
  const { user }: Case = cases[name]
  return { sub: subjectOf(name), email: `${name}@example.com`, ...user }
}
