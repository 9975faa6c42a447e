import type { LevelOfConfidence } from '../authorization/requested-vectors.ts'

/** A name, as in the core identity. The `validUntil` of the current name is missing or null. */
export interface NameClaim {
  /** The parts in the order that the person writes them. */
  readonly nameParts: readonly NamePart[]
  /** An ISO 8601 date. */
  readonly validFrom?: string | null
  /** An ISO 8601 date. */
  readonly validUntil?: string | null
}

/** A part of a name. The parts are in the order that the person writes them. */
export interface NamePart {
  /** The kind of name. */
  readonly type: 'GivenName' | 'FamilyName'
  /** The text of this part. */
  readonly value: string
}

/** The identity of a user, in the form of the claims. */
export interface SimulatorIdentity {
  /** The highest level of confidence that the user's evidence reaches. */
  readonly level: LevelOfConfidence
  /** The current and previous names. */
  readonly names: readonly NameClaim[]
  /** ISO 8601 dates, with the highest confidence first. */
  readonly birthDates: readonly string[]
  /** As in the claim `address`. */
  readonly addresses?: readonly Readonly<Record<string, string | number | null>>[]
  /** As in the claim `passport`. */
  readonly passports?: readonly Readonly<Record<string, string | null>>[]
  /** As in the claim `drivingPermit`. */
  readonly drivingPermits?: readonly Readonly<Record<string, string | null>>[]
}

/**
 * A user who can sign in.
 *
 * @example
 * ```ts
 * op.respondWith({ user: { sub: 'urn:fdc:gov.uk:2022:me', email: 'me@example.com' } })
 * ```
 */
export interface SimulatorUser {
  /** The user's ID. */
  readonly sub: string
  /** The user's email address. If it is missing or `null`, so is the claim. */
  readonly email?: string | null
  /** Default: `true` if there is an email address. */
  readonly emailVerified?: boolean
  /** In E.164 format. Leave it out for a user who gets codes from an app instead of by phone. */
  readonly phoneNumber?: string
  /** Default: `true` if there is a phone number. */
  readonly phoneNumberVerified?: boolean
  /** Default: an ID made from `sub`. */
  readonly walletSubjectId?: string
  /** Leave it out for a user who cannot prove an identity. */
  readonly identity?: SimulatorIdentity
  /** Return codes that come with the outcome of an identity check. */
  readonly returnCodes?: readonly string[]
}
