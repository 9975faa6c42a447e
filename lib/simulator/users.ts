import type { LevelOfConfidence } from './vectors-of-trust.ts'

/** A name as the core identity holds it. */
export interface NameClaim {
  readonly nameParts: readonly { readonly type: 'GivenName' | 'FamilyName'; readonly value: string }[]
  readonly validFrom?: string
  readonly validUntil?: string
}

/** What a user can prove about themselves, in the form of the claims. */
export interface SimulatorIdentity {
  /** The highest level of confidence that the user's evidence reaches. */
  readonly level: LevelOfConfidence
  readonly names: readonly NameClaim[]
  /** ISO dates; the one with the highest confidence first. */
  readonly birthDates: readonly string[]
  readonly addresses?: readonly Readonly<Record<string, string | number>>[]
  readonly passports?: readonly Readonly<Record<string, string>>[]
  readonly drivingPermits?: readonly Readonly<Record<string, string>>[]
}

/** Someone who can sign in. */
export interface SimulatorUser {
  readonly sub: string
  readonly email: string
  /** E.164. Missing when the user gets codes from an app instead of by phone. */
  readonly phoneNumber?: string
  readonly walletSubjectId?: string
  /** Missing when the user can prove nothing. */
  readonly identity?: SimulatorIdentity
  /** Codes that come with the outcome of an identity check. */
  readonly returnCodes?: readonly string[]
}

/** The ready users, by name. */
export const readyUsers = {
  'one of each': {
    sub: 'urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw=',
    email: 'kenneth.decerqueira@example.com',
    phoneNumber: '+447700900000',
    identity: {
      level: 'P2',
      names: [
        {
          nameParts: [
            { type: 'GivenName', value: 'Kenneth' },
            { type: 'FamilyName', value: 'Decerqueira' },
          ],
        },
      ],
      birthDates: ['1965-07-08'],
      addresses: [
        {
          uprn: 100120472196,
          buildingNumber: '8',
          streetName: 'HADLEY ROAD',
          addressLocality: 'BATH',
          postalCode: 'BA2 5AA',
          addressCountry: 'GB',
          validFrom: '2000-01-01',
        },
      ],
      passports: [{ documentNumber: '321654987', icaoIssuerCode: 'GBR', expiryDate: '2035-01-01' }],
    },
  },
} as const satisfies Record<string, SimulatorUser>

/** The name of a ready user. */
export type ReadyUserName = keyof typeof readyUsers
