import type { LevelOfConfidence } from '../authorization/requested-vectors.ts'

/** A name as the core identity holds it. The current one has no `validUntil`, or null. */
export interface NameClaim {
  /** In the order in which the person uses them. */
  readonly nameParts: readonly NamePart[]
  /** ISO 8601 date. */
  readonly validFrom?: string | null
  /** ISO 8601 date. */
  readonly validUntil?: string | null
}

/** A part of a name. The parts stand in the order in which the person uses them. */
export interface NamePart {
  /** Which kind of name. */
  readonly type: 'GivenName' | 'FamilyName'
  /** The words. */
  readonly value: string
}

/** What a user can prove about themselves, in the form of the claims. */
export interface SimulatorIdentity {
  /** The highest level of confidence that the user's evidence reaches. */
  readonly level: LevelOfConfidence
  /** Current and previous ones. */
  readonly names: readonly NameClaim[]
  /** ISO dates; the one with the highest confidence first. */
  readonly birthDates: readonly string[]
  /** As the claim `address` holds them. */
  readonly addresses?: readonly Readonly<Record<string, string | number | null>>[]
  /** As the claim `passport` holds them. */
  readonly passports?: readonly Readonly<Record<string, string | null>>[]
  /** As the claim `drivingPermit` holds them. */
  readonly drivingPermits?: readonly Readonly<Record<string, string | null>>[]
}

/**
 * Someone who can sign in.
 *
 * @example
 * ```ts
 * op.respondWith({ user: { sub: 'urn:fdc:gov.uk:2022:me', email: 'me@example.com' } })
 * ```
 */
export interface SimulatorUser {
  /** The user's id. */
  readonly sub: string
  /** The user's email address. Missing or `null` for a user without one: the claim is missing or `null`, too. */
  readonly email?: string | null
  /** Default: whether there is an email address. */
  readonly emailVerified?: boolean
  /** E.164. Missing when the user gets codes from an app instead of by phone. */
  readonly phoneNumber?: string
  /** Default: whether there is a phone number. */
  readonly phoneNumberVerified?: boolean
  /** Default: one made from `sub`. */
  readonly walletSubjectId?: string
  /** Missing when the user can prove nothing. */
  readonly identity?: SimulatorIdentity
  /** Codes that come with the outcome of an identity check. */
  readonly returnCodes?: readonly string[]
}
