import { ps256 } from '../keys/jwt.ts'
import type { Faults } from './fault.ts'
import { jwksTokenFaults } from './jwks-token-faults.ts'
import { missingClaim, withClaims, withHeader, wrongClaims, type ChangeToken } from './token-fault.ts'

const day = 24 * 60 * 60

/** Ways to break an ID token. */
export const idTokenFaults = {
  ...jwksTokenFaults,
  ps256: {
    changes: ['header alg', 'header kid', 'signature'],
    apply: async (draft, { keys }) => {
      const { kid, privateKey } = await keys.rsa
      return withHeader(draft, { alg: 'PS256', kid }, ps256(privateKey))
    },
  },
  'wrong-nonce': wrongClaims({ nonce: 'another-nonce' }),
  'missing-nonce': missingClaim('nonce'),
  'wrong-sub': wrongClaims({ sub: 'urn:fdc:gov.uk:2022:somebody-else' }),
  'incorrect-vot': {
    changes: ['claim vot'],
    // Vectors of Trust has only one level below `Cl`, for no credential at all.
    apply: (draft, { requested }) =>
      withClaims(draft, { vot: requested?.credentialTrust === 'Cl' ? 'C0' : 'Cl' }),
  },
  'missing-vot': missingClaim('vot'),
  'unknown-vot': wrongClaims({ vot: 'Cx' }),
  'vot-with-level-of-confidence': wrongClaims({ vot: 'Cl.Cm.P2' }),
  'level-of-confidence-as-vot': wrongClaims({ vot: 'P2' }),
  'missing-auth-time': missingClaim('auth_time'),
  'auth-time-in-the-future': {
    changes: ['claim auth_time'],
    apply: (draft, { now }) => withClaims(draft, { auth_time: now + day }),
  },
  'auth-time-too-old': {
    changes: ['claim auth_time'],
    apply: (draft, { now }) => withClaims(draft, { auth_time: now - day }),
  },
  'malformed-auth-time': wrongClaims({ auth_time: 'yesterday' }),
  'wrong-at-hash': wrongClaims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
} satisfies Faults<ChangeToken>
