import type { KeyObject } from 'node:crypto'
import { hs256, unsigned } from '../keys/jwt.ts'
import { without } from '../reply.ts'
import type { Faults } from './fault.ts'
import { missingClaim, withClaims, withHeader, wrongClaims, type ChangeToken } from './token-fault.ts'

const hour = 3600

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

function withOneBitChanged(signature: Buffer): Buffer {
  const changed = Buffer.from(signature)
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
  return changed
}

/** Ways to break any of the signed tokens. */
export const signedTokenFaults = {
  'invalid-signature': {
    changes: ['signature'],
    apply: (draft) => ({ ...draft, signature: (input) => withOneBitChanged(draft.signature(input)) }),
  },
  'signature-of-another-token': {
    changes: ['signature'],
    apply: (draft) => ({ ...draft, signature: (input) => draft.signature(`${input}x`) }),
  },
  'empty-signature': {
    changes: ['signature'],
    apply: (draft) => ({ ...draft, signature: unsigned }),
  },
  'no-signature': {
    changes: ['header alg', 'signature'],
    apply: (draft) => withHeader(draft, { alg: 'none' }, unsigned),
  },
  // Key confusion: a verifier that lets the token choose the algorithm would use the public key as a shared secret.
  hs256: {
    changes: ['header alg', 'signature'],
    apply: (draft, { key }) => withHeader(draft, { alg: 'HS256' }, hs256(pem(key.publicKey))),
  },
  'no-kid': {
    changes: ['no header kid'],
    apply: (draft) => ({ ...draft, header: without(draft.header, 'kid') }),
  },
  'wrong-issuer': wrongClaims({ iss: 'https://issuer.example/' }),
  'missing-issuer': missingClaim('iss'),
  'wrong-audience': wrongClaims({ aud: 'another-client' }),
  'wrong-audience-list': wrongClaims({ aud: ['another-client', 'yet-another-client'] }),
  'missing-audience': missingClaim('aud'),
  'missing-sub': missingClaim('sub'),
  'empty-sub': wrongClaims({ sub: '' }),
  expired: {
    changes: ['claim iat', 'claim exp'],
    apply: (draft, { now }) => withClaims(draft, { iat: now - 2 * hour, exp: now - hour }),
  },
  'no-exp': missingClaim('exp'),
  'issued-in-the-future': {
    changes: ['claim iat', 'claim exp'],
    apply: (draft, { now }) => withClaims(draft, { iat: now + hour, exp: now + 2 * hour }),
  },
  'missing-iat': missingClaim('iat'),
  'not-a-jwt': {
    changes: ['token'],
    apply: (draft) => ({ ...draft, text: 'not a token' }),
  },
  'malformed-claims': {
    changes: ['claims'],
    apply: (draft) => ({ ...draft, claims: 'not JSON' }),
  },
} satisfies Faults<ChangeToken>
