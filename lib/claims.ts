import * as v from 'valibot'
import { openWireObject, wireObject } from './wire-object.ts'

/** The identity claims that a service can request, by short name. */
export const claimNames = ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'] as const

/**
 * An identity claim that a service can request, by short name.
 *
 * @useDeclaredType
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/
 */
export type ClaimName = (typeof claimNames)[number]

/**
 * The claims that One Login always sends with a proven identity if they were requested: `returnCode` may be an empty list,
 * and every journey that proves an identity collects an address. The documents depend on what the user showed.
 */
export const claimsSentIfRequested = ['returnCode', 'address'] as const satisfies readonly ClaimName[]

/** Returns the full name of a claim. */
export function claimURL<Name extends ClaimName>(name: Name): `https://vocab.account.gov.uk/v1/${Name}` {
  return `https://vocab.account.gov.uk/v1/${name}`
}

// The rest of this file describes what One Login sends. Objects are open, because One Login may add members at any
// time. A member that the package reads must have its type.

const text = v.string()
const isoDate = v.pipe(text, v.isoDate())

/** Userinfo. The account claims are checked. The identity claims are left as they came. */
export const userinfoSchema = openWireObject({
  sub: v.pipe(text, v.nonEmpty()),
  email: v.optional(text),
  email_verified: v.optional(v.boolean()),
  phone_number: v.optional(text),
  phone_number_verified: v.optional(v.boolean()),
  wallet_subject_id: v.optional(text),
})

const namePartSchema = wireObject({ type: v.picklist(['GivenName', 'FamilyName']), value: text })

/** The `credentialSubject` of a core identity, as One Login sends it. */
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

/** The identity claims other than the core identity, as One Login sends them. Each is an array. */
export const identityClaimSchemas = {
  address: v.array(
    // Every member is optional, so a list instead of an address would be read as an empty one.
    v.pipe(
      v.unknown(),
      v.check((address) => !Array.isArray(address)),
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

/** One part of a name. The parts are in the order that the user writes them. */
export interface NamePart {
  /** The kind of name. A person can have several parts of a kind, or none. */
  type: 'GivenName' | 'FamilyName'
  /** The text of this part. It can have any length and script. */
  value: string
}

/**
 * A postal address. Any member can be missing. The current address has no `validUntil`.
 *
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/
 */
export interface Address {
  /** Unique Property Reference Number: a number or text, as One Login sends it. */
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
  /** The name of a street off the main street. */
  dependentStreetName?: string | undefined
  /** The name of the street. */
  streetName?: string | undefined
  /** A locality within the dependent locality. */
  doubleDependentAddressLocality?: string | undefined
  /** A locality within the town. */
  dependentAddressLocality?: string | undefined
  /** Town or city. */
  addressLocality?: string | undefined
  /** The state, province or region of an address abroad. */
  addressRegion?: string | undefined
  /** Postcode. */
  postalCode?: string | undefined
  /** The country's ISO 3166-1 code of 2 letters. */
  addressCountry?: string | undefined
  /** The date, in ISO 8601, from which the user lives or lived there. */
  validFrom?: string | undefined
  /** The date, in ISO 8601, until which the user lived there. */
  validUntil?: string | undefined
}

/** A passport that the user used to prove their identity. */
export interface Passport {
  /** The passport number. */
  documentNumber: string
  /** The ICAO code of the issuer, of 3 letters. */
  icaoIssuerCode?: string | undefined
  /** The expiry date, in ISO 8601. It can be in the past. */
  expiryDate?: string | undefined
}

/** A driving licence that the user used to prove their identity. */
export interface DrivingPermit {
  /** The driver number. */
  personalNumber: string
  /** 2 digits. Only on licences from the DVLA. */
  issueNumber?: string | undefined
  /** `DVLA`, or `DVA` in Northern Ireland. */
  issuedBy?: string | undefined
  /** The expiry date, in ISO 8601. */
  expiryDate?: string | undefined
}
