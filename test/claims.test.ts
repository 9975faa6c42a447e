import { describe, expect, it } from 'vitest'
import { claimNames, claimURL } from '../lib/claims.ts'

describe('names of claims', () => {
  it("[AUTHZ-7] have One Login's vocabulary prefix", () => {
    expect(claimNames.map(claimURL)).toEqual([
      'https://vocab.account.gov.uk/v1/coreIdentityJWT',
      'https://vocab.account.gov.uk/v1/address',
      'https://vocab.account.gov.uk/v1/passport',
      'https://vocab.account.gov.uk/v1/drivingPermit',
      'https://vocab.account.gov.uk/v1/returnCode',
    ])
  })
})
