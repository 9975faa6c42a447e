import { isJsonObject, type JsonObject } from '../keys/jwt.ts'
import { without } from '../reply.ts'
import {
  having,
  missing,
  signedTokenFaults,
  withClaims,
  withHeader,
  type TokenDraft,
  type TokenFault,
} from './signed-token-faults.ts'

const hour = 3600

const weaker: Readonly<Record<string, string>> = { P3: 'P2', P2: 'P1' }

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})

/** A fault in the `credentialSubject`. */
const subjectFault =
  (change: (subject: JsonObject) => unknown): TokenFault =>
  (draft: TokenDraft) => {
    const vc = objectOf(draft.claims.vc)
    return withClaims(draft, { vc: { ...vc, credentialSubject: change(objectOf(vc.credentialSubject)) } })
  }

const name = (value: unknown): TokenFault => subjectFault((subject) => ({ ...subject, name: value }))

const birthDate = (value: unknown): TokenFault =>
  subjectFault((subject) => ({ ...subject, birthDate: value }))

/** Ways to break a core identity JWT. */
export const coreIdentityFaults = {
  ...signedTokenFaults,
  rs256: async (draft, { keys }) => withHeader(draft, { alg: 'RS256' }, (await keys.rsa).signature),
  'unknown-kid': (draft, { keys }) => withHeader(draft, { kid: `${keys.didController}#no-such-key` }),
  'kid-of-another-controller': (draft, { key }) =>
    withHeader(draft, { kid: `did:web:identity.example#${key.kid.split('#')[1] ?? ''}` }),
  'kid-without-hash': (draft, { key }) => withHeader(draft, { kid: key.kid.split('#')[1] ?? '' }),
  'kid-is-the-controller': (draft, { keys }) => withHeader(draft, { kid: keys.didController }),
  'signed-with-id-token-key': (draft, { keys }) => withHeader(draft, { kid: keys.ec.kid }, keys.ec.signature),
  'issuer-of-id-token': (draft) =>
    withClaims(draft, { iss: String(draft.claims.vtm).replace('trustmark', '') }),
  'wrong-sub': having({ sub: 'urn:fdc:gov.uk:2022:somebody-else' }),
  'not-yet-valid': (draft, { now }) => withClaims(draft, { nbf: now + hour }),
  'weaker-vot': (draft) => withClaims(draft, { vot: weaker[String(draft.claims.vot)] ?? 'P0' }),
  'missing-vot': missing('vot'),
  'unknown-vot': having({ vot: 'P9' }),
  'missing-vc': missing('vc'),
  'malformed-vc': having({ vc: 'VerifiableCredential' }),
  'missing-credential-subject': (draft) =>
    withClaims(draft, { vc: without(objectOf(draft.claims.vc), 'credentialSubject') }),
  'missing-name': subjectFault((subject) => without(subject, 'name')),
  'empty-name-list': name([]),
  'malformed-name': name('Kenneth'),
  'malformed-name-parts': name([{ nameParts: 'Kenneth' }]),
  'name-part-without-value': name([{ nameParts: [{ type: 'GivenName' }] }]),
  'unknown-name-part-type': name([{ nameParts: [{ type: 'Nickname', value: 'Ken' }] }]),
  'missing-birth-date': subjectFault((subject) => without(subject, 'birthDate')),
  'empty-birth-date-list': birthDate([]),
  'malformed-birth-date': birthDate([{ value: 'the eighth of July' }]),
  'impossible-birth-date': birthDate([{ value: '1965-13-45' }]),
  'birth-date-not-a-list': birthDate('1965-07-08'),
} satisfies Record<string, TokenFault>
