import type { Address } from '../claims.ts'

/**
 * Options of {@link addressLines}.
 *
 * @example
 * ```ts
 * const inWelsh: AddressLinesOptions = { countryNames: new Intl.DisplayNames('cy', { type: 'region' }) }
 * ```
 */
export interface AddressLinesOptions {
  /** Returns the name of a country for its code of 2 letters. Default: names in English. */
  readonly countryNames?: { of(code: string): string | undefined }
}

/**
 * Writes an address as the lines of an envelope, in Royal Mail's order: organisation, building, street, places,
 * postcode, country. One Login's properties are not fixed lines, and any of them can be missing. The country
 * is left out if the address is in the United Kingdom.
 *
 * @param address - one of `user.identity.addresses`
 * @param options - the names of countries in another language
 * @returns the lines from the top. None is empty
 * @example
 * ```ts
 * addressLines({ buildingNumber: '8', streetName: 'HADLEY ROAD', addressLocality: 'BATH', postalCode: 'BA2 5AA' })
 * // ['8 HADLEY ROAD', 'BATH', 'BA2 5AA']
 * ```
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/prove-users-identity/#understand-your-user-s-address-claim
 */
export function addressLines(address: Address, { countryNames }: AddressLinesOptions = {}): string[] {
  const { organisationName, departmentName, addressLocality, addressRegion, postalCode, addressCountry } =
    address
  const country = addressCountry === 'GB' ? undefined : countryName(addressCountry, countryNames)
  return [
    organisationName,
    departmentName,
    ...premises(address),
    addressLocality,
    addressRegion,
    postalCode,
    country,
  ].flatMap((line) => text(line) ?? [])
}

/** A house number as text: 12, 12A, 12-14 or 1/2. It goes on the same line as the next part. */
const numberLike = /^(?:\d+[A-Z]?(?:[-/]\d+[A-Z]?)?|[A-Z])$/i

/** Returns building, street and the places below the town. A number goes with the first of them. */
function premises(address: Address): string[] {
  const above: string[] = []
  let number = text(address.buildingNumber)
  let flat = text(address.subBuildingName)
  const building = text(address.buildingName)
  if (building !== undefined && numberLike.test(building) && number === undefined) number = building
  else if (building !== undefined) {
    // "1" and "The Big Building" make one line, "Flat 5" and "West Lea" make two.
    above.push(flat !== undefined && numberLike.test(flat) ? `${flat} ${building}` : building)
    if (flat !== undefined && !numberLike.test(flat)) above.unshift(flat)
    flat = undefined
  }
  if (flat !== undefined) above.push(flat)
  const [first, ...places] = [
    address.dependentStreetName,
    address.streetName,
    address.doubleDependentAddressLocality,
    address.dependentAddressLocality,
  ].flatMap((line) => text(line) ?? [])
  return [...above, [number, first].join(' '), ...places]
}

function text(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === '' ? undefined : trimmed
}

function countryName(
  code: string | undefined,
  names: AddressLinesOptions['countryNames'] = new Intl.DisplayNames('en', { type: 'region' }),
): string | undefined {
  // Intl throws on a text that is not a code.
  return code !== undefined && /^[A-Z]{2}$/i.test(code) ? (names.of(code.toUpperCase()) ?? code) : code
}
