import { ps256 } from '../keys/jwt.ts'
import {
  having,
  missing,
  signedTokenFaults,
  withClaims,
  withHeader,
  type TokenFault,
} from './signed-token-faults.ts'

const day = 24 * 60 * 60

/** Ways to break an ID token. */
export const idTokenFaults = {
  ...signedTokenFaults,
  'unknown-kid': (draft) => withHeader(draft, { kid: 'no-such-key' }),
  'kid-of-another-key': (draft, { keys }) => withHeader(draft, { kid: keys.further.kid }),
  'wrong-alg-for-key': async (draft, { keys, key }) => {
    const other = key.alg === 'ES256' ? await keys.rsa : keys.ec
    return withHeader(draft, { alg: other.alg }, other.signature)
  },
  ps256: async (draft, { keys }) => {
    const { kid, privateKey } = await keys.rsa
    return withHeader(draft, { alg: 'PS256', kid }, ps256(privateKey))
  },
  'wrong-nonce': having({ nonce: 'another-nonce' }),
  'missing-nonce': missing('nonce'),
  'wrong-sub': having({ sub: 'urn:fdc:gov.uk:2022:somebody-else' }),
  'incorrect-vot': having({ vot: 'Cl' }),
  'missing-vot': missing('vot'),
  'unknown-vot': having({ vot: 'Cx' }),
  'vot-with-level-of-confidence': having({ vot: 'Cl.Cm.P2' }),
  'level-of-confidence-as-vot': having({ vot: 'P2' }),
  'missing-auth-time': missing('auth_time'),
  'auth-time-in-the-future': (draft, { now }) => withClaims(draft, { auth_time: now + day }),
  'auth-time-too-old': (draft, { now }) => withClaims(draft, { auth_time: now - day }),
  'malformed-auth-time': having({ auth_time: 'yesterday' }),
  'wrong-at-hash': having({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
} satisfies Record<string, TokenFault>
