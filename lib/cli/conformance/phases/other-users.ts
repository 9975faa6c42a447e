import { randomUUID } from 'node:crypto'
import type { SimulatorUser } from '../../../simulator/index.ts'
import type { Page } from '../browser/page.ts'
import type { Run } from '../run.ts'

/** A user who has nothing in common with the ready user "typical", so that what both pages show is not theirs. */
export const somebodyElse: Partial<SimulatorUser> = {
  phoneNumber: '+447700900987',
  identity: {
    level: 'P2',
    names: [
      {
        nameParts: [
          { type: 'GivenName', value: 'Alice' },
          { type: 'FamilyName', value: 'Osei' },
        ],
      },
    ],
    birthDates: ['1991-11-23'],
    addresses: [
      {
        uprn: 10002345671,
        buildingNumber: '51',
        streetName: 'MILL LANE',
        addressLocality: 'LEEDS',
        postalCode: 'LS1 4AP',
        addressCountry: 'GB',
        validFrom: '2020-06-01',
      },
    ],
    passports: [{ documentNumber: '700123456', icaoIssuerCode: 'IRL', expiryDate: '2033-08-19' }],
  },
}

/** A proven user without address and documents. */
export const somebodyWithLittle: Partial<SimulatorUser> = {
  identity: {
    level: 'P2',
    names: [{ nameParts: [{ type: 'GivenName', value: 'Tomasz' }] }],
    birthDates: ['1948-02-29'],
    addresses: [],
    passports: [],
  },
}

/** Asks for an address that the service does not have, to see the header and footer of its pages. */
export function pageThatIsNotThere(run: Run): Promise<Page> {
  return run.newBrowser().get(new URL(`/${randomUUID()}`, run.settings.page).href)
}
