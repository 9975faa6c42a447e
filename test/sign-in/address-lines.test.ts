import { describe, expect, it } from 'vitest'
import { addressLines, type Address } from '../../lib/index.ts'

/** The addresses in One Login's documentation, and the lines on an envelope to each. */
const documented: Readonly<Record<string, { address: Address; lines: string[] }>> = {
  'a flat in a house with a name and a number': {
    address: {
      uprn: 10022812929,
      subBuildingName: 'FLAT 5',
      buildingName: 'WEST LEA',
      buildingNumber: '16',
      dependentStreetName: 'KINGS PARK',
      streetName: 'HIGH STREET',
      doubleDependentAddressLocality: 'EREWASH',
      dependentAddressLocality: 'LONG EATON',
      addressLocality: 'GREAT MISSENDEN',
      postalCode: 'HP16 0AL',
      addressCountry: 'GB',
      validFrom: '2022-01-01',
    },
    lines: [
      'FLAT 5',
      'WEST LEA',
      '16 KINGS PARK',
      'HIGH STREET',
      'EREWASH',
      'LONG EATON',
      'GREAT MISSENDEN',
      'HP16 0AL',
    ],
  },
  'a house with a name': {
    address: {
      uprn: 10002345923,
      buildingName: 'SAWLEY MARINA',
      streetName: 'INGWORTH ROAD',
      dependentAddressLocality: 'LONG EATON',
      addressLocality: 'NOTTINGHAM',
      postalCode: 'BH12 1JY',
      addressCountry: 'GB',
      validUntil: '2022-01-01',
    },
    lines: ['SAWLEY MARINA', 'INGWORTH ROAD', 'LONG EATON', 'NOTTINGHAM', 'BH12 1JY'],
  },
  'a department of an organisation': {
    address: {
      uprn: 100021051133,
      organisationName: 'Acme Corporation',
      departmentName: 'Sales Department',
      subBuildingName: 'Unit 3B',
      buildingNumber: '42',
      buildingName: 'Riverside House',
      dependentStreetName: 'Industrial Estate',
      streetName: 'River Lane',
      doubleDependentAddressLocality: 'Riverside',
      dependentAddressLocality: 'Newtown',
      addressLocality: 'Birmingham',
      postalCode: 'B12 8QT',
      addressCountry: 'GB',
      validFrom: '2000-01-01',
    },
    lines: [
      'Acme Corporation',
      'Sales Department',
      'Unit 3B',
      'Riverside House',
      '42 Industrial Estate',
      'River Lane',
      'Riverside',
      'Newtown',
      'Birmingham',
      'B12 8QT',
    ],
  },
  'an address abroad': {
    address: {
      subBuildingName: '1',
      buildingNumber: '27',
      buildingName: 'The Big Building',
      streetName: 'Long Street',
      addressLocality: 'Los Angeles',
      addressRegion: 'California',
      postalCode: '90012',
      addressCountry: 'US',
      validFrom: '2000-01-01',
    },
    lines: ['1 The Big Building', '27 Long Street', 'Los Angeles', 'California', '90012', 'United States'],
  },
  'empty texts': {
    address: {
      addressCountry: 'GB',
      buildingName: '',
      streetName: 'FRAMPTON ROAD',
      postalCode: 'GL1 5QB',
      buildingNumber: '26',
      addressLocality: 'GLOUCESTER',
      validFrom: '2000-01-01',
      uprn: 100120472196,
      subBuildingName: '',
    },
    lines: ['26 FRAMPTON ROAD', 'GLOUCESTER', 'GL1 5QB'],
  },
}

describe('the lines of an address', () => {
  it.each(Object.entries(documented))(
    '[CID-10] are those of an envelope, for %s',
    (_what, { address, lines }) => {
      expect(addressLines(address)).toEqual(lines)
    },
  )

  it.each<[Address, string[]]>([
    [{}, []],
    [{ postalCode: ' BA2 5AA ' }, ['BA2 5AA']],
    [{ buildingNumber: '8' }, ['8']],
    [{ buildingName: '12A', streetName: 'Hill Road' }, ['12A Hill Road']],
    [{ buildingName: '12-14', streetName: 'Hill Road' }, ['12-14 Hill Road']],
    [{ buildingName: '12-14B', streetName: 'Hill Road' }, ['12-14B Hill Road']],
    [{ buildingName: 'c', streetName: 'Hill Road' }, ['c Hill Road']],
    [{ buildingName: '7', buildingNumber: '12', streetName: 'Hill Road' }, ['7', '12 Hill Road']],
    [{ buildingName: '12 Oaks', streetName: 'Hill Road' }, ['12 Oaks', 'Hill Road']],
    [{ subBuildingName: 'B', buildingName: 'Oaks' }, ['B Oaks']],
    [{ subBuildingName: '2', buildingName: '12', streetName: 'Hill Road' }, ['2', '12 Hill Road']],
    [
      { subBuildingName: 'Flat 1', buildingNumber: '12', streetName: 'Hill Road' },
      ['Flat 1', '12 Hill Road'],
    ],
    [{ buildingNumber: '3', dependentAddressLocality: 'Cefn', addressLocality: 'Rhyl' }, ['3 Cefn', 'Rhyl']],
    [{ streetName: 'Calle 1', addressCountry: 'es' }, ['Calle 1', 'Spain']],
    [{ addressCountry: 'nowhere' }, ['nowhere']],
    [{ addressCountry: 'ZZ' }, [expect.any(String) as string]],
  ])('[CID-10] are returned for %j', (address, lines) => {
    expect(addressLines(address)).toEqual(lines)
  })

  it('[CID-10] name the country in another language', () => {
    const countryNames = new Intl.DisplayNames('cy', { type: 'region' })
    expect(addressLines({ addressCountry: 'FR' }, { countryNames })).toEqual(['Ffrainc'])
  })
})
