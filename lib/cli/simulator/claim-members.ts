import * as v from 'valibot'
import { anyObject, unknownMember } from './json-object.ts'

/** The members of an object in One Login's claims, with the members of their objects. */
interface Members {
  readonly [name: string]: Members
}

const named = (...names: readonly string[]): Members => Object.fromEntries(names.map((name) => [name, {}]))

const validity = named('validFrom', 'validUntil')

/** A name in the core identity. */
export const nameMembers: Members = { nameParts: { ...named('type', 'value'), ...validity }, ...validity }

/** The `vc` of the core identity. */
export const credentialMembers: Members = {
  ...named('@context', 'type'),
  credentialSubject: { name: nameMembers, birthDate: { ...named('value'), ...validity } },
}

/** A passport in the claim `passport`. */
export const passportMembers = named('documentNumber', 'icaoIssuerCode', 'expiryDate')

/** A driving licence in the claim `drivingPermit`. */
export const drivingPermitMembers = named(
  'personalNumber',
  'issueNumber',
  'issuedBy',
  'issueDate',
  'expiryDate',
  'fullAddress',
)

/** An address in the claim `address`. */
export const addressMembers: Members = {
  ...named('uprn', 'organisationName', 'departmentName', 'subBuildingName', 'buildingNumber', 'buildingName'),
  ...named('dependentStreetName', 'streetName', 'doubleDependentAddressLocality', 'dependentAddressLocality'),
  ...named('addressLocality', 'addressRegion', 'postalCode', 'addressCountry'),
  ...validity,
}

type PathItem = v.ObjectPathItem | v.ArrayPathItem

/** An object that has no misspelt member. Its values are not checked, so that a service can be tested with any. */
export function claimObject(members: Members) {
  return v.pipe(
    anyObject,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      for (const { path, message } of unknownMembers(dataset.value, members))
        addIssue({ message, path: path as [PathItem, ...PathItem[]] })
    }),
  )
}

// The official simulator's own tests fill claims with such members.
const placeholder = 'example'

interface UnknownMember {
  readonly path: readonly PathItem[]
  readonly message: string
}

function unknownMembers(value: unknown, members: Members, path: readonly PathItem[] = []): UnknownMember[] {
  if (Array.isArray(value)) {
    const input: unknown[] = value
    return input.flatMap((item, key) => {
      const itemPath: PathItem[] = [...path, { type: 'array', origin: 'value', input, key, value: item }]
      return Array.isArray(item) ? [] : unknownMembers(item, members, itemPath)
    })
  }
  const known = Object.keys(members)
  if (typeof value !== 'object' || value === null || known.length === 0) return []
  const input = value as Record<string, unknown>
  return Object.entries(input).flatMap(([key, item]) => {
    const itemPath: PathItem[] = [...path, { type: 'object', origin: 'value', input, key, value: item }]
    if (Object.hasOwn(members, key)) return unknownMembers(item, members[key] ?? {}, itemPath)
    return key.startsWith(placeholder) ? [] : [{ path: itemPath, message: unknownMember(key, known) }]
  })
}
