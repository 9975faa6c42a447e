import { levelsOfConfidence } from '../authorization/requested-vectors.ts'
import { isJsonObject, type JsonObject } from '../keys/jwt.ts'
import { without } from '../reply.ts'
import type { Faults } from './fault.ts'
import { signedTokenFaults } from './signed-token-faults.ts'
import {
  claimsOf,
  missingClaim,
  withClaims,
  withHeader,
  wrongClaims,
  type ChangeToken,
  type TokenDraft,
  type TokenFault,
} from './token-fault.ts'

const hour = 3600

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})

function changeSubject(draft: TokenDraft, change: (subject: JsonObject) => JsonObject): TokenDraft {
  const vc = objectOf(claimsOf(draft).vc)
  return withClaims(draft, { vc: { ...vc, credentialSubject: change(objectOf(vc.credentialSubject)) } })
}

/** A fault that leaves out a part of the `credentialSubject`. */
const missingMember = (name: 'name' | 'birthDate'): TokenFault => ({
  changes: [`no claim vc.credentialSubject.${name}`],
  apply: (draft) => changeSubject(draft, (subject) => without(subject, name)),
})

/** A fault that replaces a part of the `credentialSubject`. */
const wrongMember = (name: 'name' | 'birthDate', value: unknown): TokenFault => ({
  changes: [`claim vc.credentialSubject.${name}`],
  apply: (draft) => changeSubject(draft, (subject) => ({ ...subject, [name]: value })),
})

const fragmentOf = (kid: string): string => kid.split('#')[1] ?? ''

/** Ways to break a core identity JWT. */
export const coreIdentityFaults = {
  ...signedTokenFaults,
  expired: {
    changes: ['claim nbf', 'claim iat', 'claim exp'],
    apply: (draft, { now }) =>
      withClaims(draft, { nbf: now - 2 * hour, iat: now - 2 * hour, exp: now - hour }),
  },
  rs256: {
    changes: ['header alg', 'signature'],
    apply: async (draft, { keys }) => withHeader(draft, { alg: 'RS256' }, (await keys.rsa).signature),
  },
  'unknown-kid': {
    changes: ['header kid'],
    apply: (draft, { keys }) => withHeader(draft, { kid: `${keys.didController}#no-such-key` }),
  },
  'kid-of-another-controller': {
    changes: ['header kid'],
    apply: (draft, { key }) => withHeader(draft, { kid: `did:web:identity.example#${fragmentOf(key.kid)}` }),
  },
  'kid-without-hash': {
    changes: ['header kid'],
    apply: (draft, { key }) => withHeader(draft, { kid: fragmentOf(key.kid) }),
  },
  'kid-is-the-controller': {
    changes: ['header kid'],
    apply: (draft, { keys }) => withHeader(draft, { kid: keys.didController }),
  },
  'signed-with-id-token-key': {
    changes: ['header kid', 'signature'],
    apply: (draft, { keys }) => withHeader(draft, { kid: keys.ec.kid }, keys.ec.signature),
  },
  'issuer-of-id-token': {
    changes: ['claim iss'],
    apply: (draft, { issuer }) => withClaims(draft, { iss: issuer }),
  },
  'wrong-sub': wrongClaims({ sub: 'urn:fdc:gov.uk:2022:somebody-else' }),
  'not-yet-valid': {
    changes: ['claim nbf'],
    apply: (draft, { now }) => withClaims(draft, { nbf: now + hour }),
  },
  'weaker-vot': {
    changes: ['claim vot'],
    apply: (draft, { requested }) => {
      const rank = levelsOfConfidence.findIndex((level) => level === requested?.confidence)
      return withClaims(draft, { vot: levelsOfConfidence[rank - 1] })
    },
  },
  'missing-vot': missingClaim('vot'),
  'unknown-vot': wrongClaims({ vot: 'P9' }),
  'missing-vc': missingClaim('vc'),
  'malformed-vc': wrongClaims({ vc: 'VerifiableCredential' }),
  'missing-credential-subject': {
    changes: ['no claim vc.credentialSubject'],
    apply: (draft) => withClaims(draft, { vc: without(objectOf(claimsOf(draft).vc), 'credentialSubject') }),
  },
  'missing-name': missingMember('name'),
  'empty-name-list': wrongMember('name', []),
  'malformed-name': wrongMember('name', 'Kenneth'),
  'malformed-name-parts': wrongMember('name', [{ nameParts: 'Kenneth' }]),
  'name-part-without-value': wrongMember('name', [{ nameParts: [{ type: 'GivenName' }] }]),
  'unknown-name-part-type': wrongMember('name', [{ nameParts: [{ type: 'Nickname', value: 'Ken' }] }]),
  'missing-birth-date': missingMember('birthDate'),
  'empty-birth-date-list': wrongMember('birthDate', []),
  'malformed-birth-date': wrongMember('birthDate', [{ value: 'the eighth of July' }]),
  'impossible-birth-date': wrongMember('birthDate', [{ value: '1965-13-45' }]),
  'birth-date-not-a-list': wrongMember('birthDate', '1965-07-08'),
} satisfies Faults<ChangeToken>
