import * as v from 'valibot'
import {
  claimURL,
  identityClaimSchemas,
  type Address,
  type ClaimName,
  type DrivingPermit,
  type NamePart,
  type Passport,
} from '../claims.ts'
import type { CoreIdentity } from '../tokens/core-identity.ts'
import { OneLoginError } from '../errors.ts'
import type { IdTokenClaims } from '../tokens/id-token.ts'
import type { Userinfo } from './userinfo.ts'
import type { CredentialLevel, IdentityLevel } from '../vectors-of-trust.ts'

/** A name, current or previous. */
export interface Name {
  /** All parts in order, separated by spaces. */
  readonly full: string
  /** The parts in the order that the user writes them. A family name can come first or be missing. */
  readonly parts: readonly NamePart[]
  /** The date from which it is valid, in ISO 8601. */
  readonly validFrom?: string
  /** The date until which it was valid, in ISO 8601. The current name has none. */
  readonly validUntil?: string
}

/** An identity that One Login proved. */
export interface ProvenIdentity {
  /** Always `true`. Check it before you read the other properties. */
  readonly proven: true
  /** The level of confidence that One Login reached. At least the requested level. */
  readonly level: IdentityLevel
  /** The current name. */
  readonly name: Name
  /** Names that the user had before. */
  readonly previousNames: readonly Name[]
  /** The date of birth, in ISO 8601. If there are several, the one with the highest confidence. */
  readonly birthDate: string
  /** Other dates of birth, with lower confidence. Nearly always empty. */
  readonly otherBirthDates: readonly string[]
  /** Not set if you did not request the claim `address`. The current address has no `validUntil`. */
  readonly addresses?: readonly Address[]
  /** Not set if you did not request the claim `passport`. */
  readonly passports?: readonly Passport[]
  /** Not set if you did not request the claim `drivingPermit`. */
  readonly drivingPermits?: readonly DrivingPermit[]
  /** Return codes. They can come with a proven identity too. One Login explains them to registered services. */
  readonly returnCodes: readonly string[]
}

/** The outcome of an identity journey that did not prove the user's identity. */
export interface UnprovenIdentity {
  /** Always `false`. */
  readonly proven: false
  /**
   * Return codes. Empty if you did not request the claim `returnCode`. One Login explains them to registered
   * services.
   */
  readonly returnCodes: readonly string[]
}

/** The outcome of an identity journey. */
export type Identity = ProvenIdentity | UnprovenIdentity

/**
 * A user of One Login. It is `req.user` if you have no verify callback, and the argument of your verify callback if
 * you have one. It is plain JSON, so any session store can hold it.
 *
 * @example Typing req.user everywhere
 * ```ts
 * declare global {
 *   namespace Express { interface User extends OneLoginUser {} }
 * }
 * ```
 */
export interface OneLoginUser {
  /**
   * The user's ID at One Login for this service. It can change, so give each user your own ID and look it up by
   * `sub`.
   */
  readonly sub: string
  /** The user's email address at One Login, with the scope `email`. It can change. */
  readonly email?: string
  /** Whether One Login has verified this email address. */
  readonly emailVerified?: boolean
  /** The phone number in E.164 format, with the scope `phone`. Not set if the user gets their codes from an app. */
  readonly phoneNumber?: string
  /** Whether One Login has verified the phone number. `false` if the user does not get their codes by phone. */
  readonly phoneNumberVerified?: boolean
  /** The user's ID for GOV.UK Wallet, with the scope `wallet-subject-id`. */
  readonly walletSubjectId?: string
  /** How and when the user signed in. */
  readonly authentication: {
    /** The credential level that the user reached. */
    readonly level: CredentialLevel
    /** When the user last signed in to One Login, in ISO 8601. */
    readonly time?: string
    /** One Login's ID of the journey. */
    readonly sid?: string
  }
  /** The outcome of the identity journey, if there was one. */
  readonly identity?: Identity
}

/**
 * Creates the user from verified claims.
 *
 * @param idToken - the claims of the verified ID token
 * @param userinfo - the claims of the same user
 * @param identity - the outcome of the identity journey, if there was one
 */
export function createUser(idToken: IdTokenClaims, userinfo: Userinfo, identity?: Identity): OneLoginUser {
  const { email, email_verified, phone_number, phone_number_verified, wallet_subject_id } = userinfo
  return {
    sub: idToken.sub,
    ...(email !== undefined && { email }),
    ...(email_verified !== undefined && { emailVerified: email_verified }),
    ...(phone_number !== undefined && { phoneNumber: phone_number }),
    ...(phone_number_verified !== undefined && { phoneNumberVerified: phone_number_verified }),
    ...(wallet_subject_id !== undefined && { walletSubjectId: wallet_subject_id }),
    authentication: {
      level: idToken.vot,
      ...(idToken.authTime !== undefined && { time: new Date(idToken.authTime * 1000).toISOString() }),
      ...(idToken.sid !== undefined && { sid: idToken.sid }),
    },
    ...(identity && { identity }),
  }
}

/**
 * Creates the outcome of an identity journey from verified claims.
 *
 * @param core - the verified core identity. If userinfo had none, the identity is not proven
 * @param userinfo - the other identity claims
 * @throws OneLoginError `identity_claim_invalid` that names the claim and shows no part of it
 */
export function createIdentity(core: CoreIdentity | undefined, userinfo: Userinfo): Identity {
  const returnCodes = readClaim('returnCode', userinfo)?.map(({ code }) => code) ?? []
  if (!core) return { proven: false, returnCodes }
  const names = core.name.map(toName)
  const name = names.find(({ validUntil }) => validUntil === undefined)
  if (!name) throw unreadable('coreIdentityJWT')
  const [birthDate = '', ...otherBirthDates] = core.birthDate.map(({ value }) => value)
  const addresses = readClaim('address', userinfo)
  const passports = readClaim('passport', userinfo)
  const drivingPermits = readClaim('drivingPermit', userinfo)
  return {
    proven: true,
    level: core.level,
    name,
    previousNames: names.filter((other) => other !== name),
    birthDate,
    otherBirthDates,
    ...(addresses && { addresses }),
    ...(passports && { passports }),
    ...(drivingPermits && { drivingPermits }),
    returnCodes,
  }
}

function toName({ nameParts, validFrom, validUntil }: CoreIdentity['name'][number]): Name {
  return {
    full: nameParts.map(({ value }) => value).join(' '),
    parts: nameParts,
    ...(validFrom !== undefined && { validFrom }),
    ...(validUntil !== undefined && { validUntil }),
  }
}

function readClaim<Claim extends keyof typeof identityClaimSchemas>(
  claim: Claim,
  userinfo: Userinfo,
): v.InferOutput<(typeof identityClaimSchemas)[Claim]> | undefined {
  const value = userinfo[claimURL(claim)]
  if (value === undefined) return undefined
  const { success, output } = v.safeParse(identityClaimSchemas[claim], value)
  if (success) return output
  throw unreadable(claim)
}

function unreadable(claim: ClaimName): OneLoginError {
  return new OneLoginError(
    'identity_claim_invalid',
    `The claim ${claim} in One Login's userinfo does not have the documented form.`,
  )
}
