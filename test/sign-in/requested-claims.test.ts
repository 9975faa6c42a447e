import { describe, expect, it } from 'vitest'
import { assertRequestedClaims } from '../../lib/sign-in/requested-claims.ts'
import { expectRefused } from '../support/refusal.ts'

describe('the claims of a proven identity', () => {
  it.each(['returnCode', 'address'] as const)(
    '[AUTHZ-20] are incomplete without %s, if it was requested',
    async (claim) => {
      await expectRefused(
        () => assertRequestedClaims(['coreIdentityJWT', claim], ['coreIdentityJWT']),
        'identity_claim_missing',
        new RegExp(`did not send the claim ${claim},`),
      )
      expect(() =>
        assertRequestedClaims(['coreIdentityJWT', claim], ['coreIdentityJWT', claim]),
      ).not.toThrow()
      expect(() => assertRequestedClaims(['coreIdentityJWT'], ['coreIdentityJWT'])).not.toThrow()
    },
  )

  it.each(['passport', 'drivingPermit'] as const)(
    '[AUTHZ-20] are complete without %s, which not everybody has',
    (claim) => {
      expect(() => assertRequestedClaims(['coreIdentityJWT', claim], ['coreIdentityJWT'])).not.toThrow()
    },
  )
})
