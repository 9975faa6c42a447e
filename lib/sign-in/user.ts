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
  /** All parts in their order, with spaces between them. */
  readonly full: string
  /** The parts in the order the user gives them: a family name may come first, or not at all. */
  readonly parts: readonly NamePart[]
  /** ISO 8601 date. */
  readonly validFrom?: string
  /** ISO 8601 date; absent in the current name. */
  readonly validUntil?: string
}

/** An identity that One Login proved. */
export interface ProvenIdentity {
  /** Tells it from one that was not proven. */
  readonly proven: true
  /** The level of confidence reached, at least the one that was asked for. */
  readonly level: IdentityLevel
  /** The current name. */
  readonly name: Name
  /** Names that the user no longer has. */
  readonly previousNames: readonly Name[]
  /** ISO 8601 date; the one with the highest confidence when there are several. */
  readonly birthDate: string
  /** ISO 8601 dates of lower confidence; nearly always none. */
  readonly otherBirthDates: readonly string[]
  /** Absent when they were not asked for; the current address has no `validUntil`. */
  readonly addresses?: readonly Address[]
  /** Absent when they were not asked for. */
  readonly passports?: readonly Passport[]
  /** Absent when they were not asked for. */
  readonly drivingPermits?: readonly DrivingPermit[]
  /** Letters that One Login explains to registered services; they may come with a proven identity. */
  readonly returnCodes: readonly string[]
}

/** The outcome of an identity journey that did not prove who the user is. */
export interface UnprovenIdentity {
  /** Tells it from one that was proven. */
  readonly proven: false
  /** Letters that One Login explains to registered services; empty when they were not asked for. */
  readonly returnCodes: readonly string[]
}

/** The outcome of an identity journey. */
export type Identity = ProvenIdentity | UnprovenIdentity

/**
 * Who signed in: what `req.user` is without a verify callback, and what a verify callback is given. Plain JSON,
 * so that any session store can keep it.
 *
 * @example Typing req.user everywhere
 * ```ts
 * declare global {
 *   namespace Express { interface User extends OneLoginUser {} }
 * }
 * ```
 */
export interface OneLoginUser {
  /** The user's id at One Login for this service. Map it to an id of your own: it can change. */
  readonly sub: string
  /** Their email address at One Login; with the scope `email`. It can change. */
  readonly email?: string
  /** Whether One Login has seen the user read mail there. */
  readonly emailVerified?: boolean
  /** E.164, with the scope `phone`. Absent when the user's codes come by an app. */
  readonly phoneNumber?: string
  /** False when the user's codes do not come by phone. */
  readonly phoneNumberVerified?: boolean
  /** The user's id for GOV.UK Wallet; with the scope `wallet-subject-id`. */
  readonly walletSubjectId?: string
  /** How and when the user signed in. */
  readonly authentication: {
    /** The credential level reached. */
    readonly level: CredentialLevel
    /** When the user last signed in at One Login, ISO 8601. */
    readonly time?: string
    /** One Login's id of the journey. */
    readonly sid?: string
  }
  /** Present after an identity journey. */
  readonly identity?: Identity
}

/**
 * Makes the user of verified claims.
 *
 * @param idToken - verified
 * @param userinfo - of the same subject
 * @param identity - the outcome of the identity journey, if it was one
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
 * Makes the outcome of an identity journey of verified claims.
 *
 * @param core - the verified core identity; absent when userinfo had none, which means not proven
 * @param userinfo - where the other identity claims are
 * @throws OneLoginError `identity_claim_invalid` that names the claim, and shows nothing of it
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
