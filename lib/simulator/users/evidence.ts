import { createHash } from 'node:crypto'
import type { NameClaim, NamePart, SimulatorIdentity } from './simulator-user.ts'

/** Returns the subject identifier of a ready user. It is the same in every simulator. */
export function subjectOf(name: string): string {
  return `urn:fdc:gov.uk:2022:${createHash('sha256').update(`ready user ${name}`).digest('base64url')}`
}

/** Returns a given name. */
export const given = (value: string): NamePart => ({ type: 'GivenName', value })

/** Returns a family name. */
export const family = (value: string): NamePart => ({ type: 'FamilyName', value })

/** Returns a current name. */
export const named = (...nameParts: NamePart[]): NameClaim[] => [{ nameParts }]

/** The address of most ready users. */
export const homeInBath = {
  uprn: 100120012077,
  buildingNumber: '8',
  streetName: 'HADLEY ROAD',
  addressLocality: 'BATH',
  postalCode: 'BA2 5AA',
  addressCountry: 'GB',
  validFrom: '2014-01-01',
} as const

/** A passport that expires far in the future. */
export const passport = {
  documentNumber: '321654987',
  icaoIssuerCode: 'GBR',
  expiryDate: '2035-01-01',
} as const

/** A licence from the Driver and Vehicle Licensing Agency. */
export const drivingLicence = {
  personalNumber: 'DECER607085K99AE',
  issueNumber: '23',
  issuedBy: 'DVLA',
  expiryDate: '2033-01-18',
} as const

/** Returns evidence at `P2`, with an address and a passport unless you pass others. */
export function proven(
  names: readonly NameClaim[],
  differing: Partial<SimulatorIdentity> = {},
): SimulatorIdentity {
  return {
    level: 'P2',
    names,
    birthDates: ['1965-07-08'],
    addresses: [homeInBath],
    passports: [passport],
    ...differing,
  }
}
