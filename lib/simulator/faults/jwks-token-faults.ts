import type { Faults } from './fault.ts'
import { signedTokenFaults } from './signed-token-faults.ts'
import { withHeader, type ChangeToken } from './token-fault.ts'

/** Ways to break a token whose key is in the JWKS: an ID token or a logout token. */
export const jwksTokenFaults = {
  ...signedTokenFaults,
  'unknown-kid': {
    changes: ['header kid'],
    apply: (draft) => withHeader(draft, { kid: 'no-such-key' }),
  },
  'kid-of-another-key': {
    changes: ['header kid'],
    apply: (draft, { keys }) => withHeader(draft, { kid: keys.further.kid }),
  },
  'wrong-alg-for-key': {
    changes: ['header alg', 'signature'],
    apply: async (draft, { keys, key }) => {
      const other = key.alg === 'ES256' ? await keys.rsa : keys.ec
      return withHeader(draft, { alg: other.alg }, other.signature)
    },
  },
} satisfies Faults<ChangeToken>
