import * as v from 'valibot'
import { openWireObject, wireObject } from './wire-object.ts'

/** The identity claims that can be asked for, by their short names. */
export const claimNames = ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'] as const

/**
 * An identity claim that can be asked for, by its short name.
 *
 * @useDeclaredType
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/
 */
export type ClaimName = (typeof claimNames)[number]

/** The name of a claim as it goes over the wire. */
export function claimURL<Name extends ClaimName>(name: Name): `https://vocab.account.gov.uk/v1/${Name}` {
  return `https://vocab.account.gov.uk/v1/${name}`
}

// From here on: what One Login sends. Objects are open, since it may add members at any time, but a member
// that is read must have its type.

const text = v.string()
const isoDate = v.pipe(text, v.isoDate())

/** Userinfo: the claims about the account are checked, the identity claims are as they came. */
export const userinfoSchema = openWireObject({
  sub: v.pipe(text, v.nonEmpty()),
  email: v.optional(text),
  email_verified: v.optional(v.boolean()),
  phone_number: v.optional(text),
  phone_number_verified: v.optional(v.boolean()),
  wallet_subject_id: v.optional(text),
})

const namePartSchema = wireObject({ type: v.picklist(['GivenName', 'FamilyName']), value: text })

/** The `credentialSubject` of a core identity, as it is on the wire. */
export const credentialSubjectSchema = wireObject({
  name: v.pipe(
    v.array(
      wireObject({
        nameParts: v.pipe(v.array(namePartSchema), v.minLength(1), v.maxLength(1000)),
        validFrom: v.optional(isoDate),
        validUntil: v.optional(isoDate),
      }),
    ),
    v.check((names) => names.some((name) => name.validUntil === undefined)),
  ),
  birthDate: v.pipe(
    v.array(wireObject({ value: isoDate, validFrom: v.optional(isoDate), validUntil: v.optional(isoDate) })),
    v.minLength(1),
  ),
})

/** The identity claims beside the core identity, as they are on the wire: arrays, all of them. */
export const identityClaimSchemas = {
  address: v.array(
    wireObject({
      uprn: v.optional(v.union([v.number(), text])),
      organisationName: v.optional(text),
      departmentName: v.optional(text),
      subBuildingName: v.optional(text),
      buildingNumber: v.optional(text),
      buildingName: v.optional(text),
      dependentStreetName: v.optional(text),
      streetName: v.optional(text),
      doubleDependentAddressLocality: v.optional(text),
      dependentAddressLocality: v.optional(text),
      addressLocality: v.optional(text),
      addressRegion: v.optional(text),
      postalCode: v.optional(text),
      addressCountry: v.optional(text),
      validFrom: v.optional(isoDate),
      validUntil: v.optional(isoDate),
    }),
  ),
  passport: v.array(
    wireObject({
      documentNumber: text,
      icaoIssuerCode: v.optional(text),
      expiryDate: v.optional(isoDate),
    }),
  ),
  drivingPermit: v.array(
    wireObject({
      personalNumber: text,
      issueNumber: v.optional(text),
      issuedBy: v.optional(text),
      expiryDate: v.optional(isoDate),
    }),
  ),
  returnCode: v.array(wireObject({ code: v.pipe(text, v.regex(/^[A-Za-z]{1,8}$/)) })),
} as const satisfies Partial<Record<ClaimName, v.GenericSchema>>

/** One part of a name; parts stand in the order the user gives them. */
export interface NamePart {
  /** Which kind of name. One person can have several parts of a kind, or none. */
  type: 'GivenName' | 'FamilyName'
  /** The words of this part, of any length and script. */
  value: string
}

/**
 * A postal address; any member may be absent. The current one has no `validUntil`.
 *
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/
 */
export interface Address {
  /** Unique Property Reference Number, as One Login gives it: a number or a text. */
  uprn?: number | string | undefined
  /** Name of an organisation. */
  organisationName?: string | undefined
  /** Part of an organisation. */
  departmentName?: string | undefined
  /** A flat or a unit. */
  subBuildingName?: string | undefined
  /** House number. */
  buildingNumber?: string | undefined
  /** Name of a house. */
  buildingName?: string | undefined
  /** A street off the street. */
  dependentStreetName?: string | undefined
  /** Name of the street. */
  streetName?: string | undefined
  /** A locality within the dependent locality. */
  doubleDependentAddressLocality?: string | undefined
  /** A locality within the town. */
  dependentAddressLocality?: string | undefined
  /** Town or city. */
  addressLocality?: string | undefined
  /** State, province or region of an address abroad. */
  addressRegion?: string | undefined
  /** Postcode. */
  postalCode?: string | undefined
  /** ISO 3166-1 code of the country, two letters. */
  addressCountry?: string | undefined
  /** ISO 8601 date: lives or lived there from then. */
  validFrom?: string | undefined
  /** ISO 8601 date: lived there until then. */
  validUntil?: string | undefined
}

/** A passport that the user proved their identity with. */
export interface Passport {
  /** Its number. */
  documentNumber: string
  /** ICAO code of who issued it, three letters. */
  icaoIssuerCode?: string | undefined
  /** ISO 8601 date. It may lie in the past. */
  expiryDate?: string | undefined
}

/** A driving licence that the user proved their identity with. */
export interface DrivingPermit {
  /** The driver number. */
  personalNumber: string
  /** Two digits; on licences of the DVLA only. */
  issueNumber?: string | undefined
  /** `DVLA`, or `DVA` in Northern Ireland. */
  issuedBy?: string | undefined
  /** ISO 8601 date. */
  expiryDate?: string | undefined
}
