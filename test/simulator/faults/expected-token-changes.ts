import type { SimulatorFaults } from 'passport-govuk-one-login/simulator'
import type { Difference } from './difference.ts'

/** The values that the rows of a table depend on. */
export interface TokenFacts {
  readonly issuer: string
  readonly didController: string
  /** The key that signs the good token, and the algorithm. */
  readonly kid: string
  readonly alg: string
  /** The keys of ID tokens and logout tokens, and the published key that signs nothing. */
  readonly ec: string
  readonly rsa: string
  readonly further: string
  readonly sub: string
  /** Seconds since 1970. */
  readonly now: number
}

const hour = 3600
const day = 24 * hour
const event = 'http://schemas.openid.net/event/backchannel-logout'
const otherEvent = 'http://schemas.openid.net/event/another'

type SignedTokenFault = SimulatorFaults['id-token'] &
  SimulatorFaults['core-identity'] &
  SimulatorFaults['logout-token']

const goodClaim = 'the good value'

const sharedChanges = ({ kid, alg, now }: TokenFacts): Readonly<Record<SignedTokenFault, Difference>> => ({
  'invalid-signature': { signature: `${alg} by ${kid}, one bit wrong` },
  'signature-of-another-token': { signature: `${alg} by ${kid}, of another text` },
  'empty-signature': { signature: 'none' },
  'no-signature': { 'header alg': 'none', signature: 'none' },
  hs256: { 'header alg': 'HS256', signature: `HMAC with the public key by ${kid}` },
  'no-kid': { 'no header kid': kid },
  'unknown-kid': { 'header kid': 'no-such-key' },
  'wrong-issuer': { 'claim iss': 'https://issuer.example/' },
  'missing-issuer': { 'no claim iss': goodClaim },
  'wrong-audience': { 'claim aud': 'another-client' },
  'wrong-audience-list': { 'claim aud': ['another-client', 'yet-another-client'] },
  'missing-audience': { 'no claim aud': goodClaim },
  'missing-sub': { 'no claim sub': goodClaim },
  'empty-sub': { 'claim sub': '' },
  expired: { 'claim iat': now - 2 * hour, 'claim exp': now - hour },
  'no-exp': { 'no claim exp': goodClaim },
  'issued-in-the-future': { 'claim iat': now + hour, 'claim exp': now + 2 * hour },
  'missing-iat': { 'no claim iat': goodClaim },
  'not-a-jwt': { token: 'not a token' },
  'malformed-claims': { claims: 'not JSON' },
})

/** The changes that each fault of an ID token makes. */
export function idTokenChanges(facts: TokenFacts): Readonly<Record<SimulatorFaults['id-token'], Difference>> {
  const { alg, ec, rsa, further, now } = facts
  return {
    ...sharedChanges(facts),
    'kid-of-another-key': { 'header kid': further },
    'wrong-alg-for-key':
      alg === 'ES256'
        ? { 'header alg': 'RS256', signature: `RS256 by ${rsa}` }
        : { 'header alg': 'ES256', signature: `ES256 by ${ec}` },
    ps256: { 'header alg': 'PS256', 'header kid': rsa, signature: `PS256 by ${rsa}` },
    'wrong-nonce': { 'claim nonce': 'another-nonce' },
    'missing-nonce': { 'no claim nonce': goodClaim },
    'wrong-sub': { 'claim sub': 'urn:fdc:gov.uk:2022:somebody-else' },
    'incorrect-vot': { 'claim vot': 'Cl' },
    'missing-vot': { 'no claim vot': goodClaim },
    'unknown-vot': { 'claim vot': 'Cx' },
    'vot-with-level-of-confidence': { 'claim vot': 'Cl.Cm.P2' },
    'level-of-confidence-as-vot': { 'claim vot': 'P2' },
    'missing-auth-time': { 'no claim auth_time': goodClaim },
    'auth-time-in-the-future': { 'claim auth_time': now + day },
    'auth-time-too-old': { 'claim auth_time': now - day },
    'malformed-auth-time': { 'claim auth_time': 'yesterday' },
    'wrong-at-hash': { 'claim at_hash': 'AAAAAAAAAAAAAAAAAAAAAA' },
  }
}

/** The changes that each fault of a core identity makes. */
export function coreIdentityChanges(
  facts: TokenFacts,
): Readonly<Record<SimulatorFaults['core-identity'], Difference>> {
  const { issuer, didController, kid, ec, rsa, now } = facts
  const fragment = kid.slice(kid.indexOf('#') + 1)
  const name = (value: unknown) => ({ 'claim vc.credentialSubject.name': value })
  const birthDate = (value: unknown) => ({ 'claim vc.credentialSubject.birthDate': value })
  return {
    ...sharedChanges(facts),
    expired: { 'claim nbf': now - 2 * hour, 'claim iat': now - 2 * hour, 'claim exp': now - hour },
    rs256: { 'header alg': 'RS256', signature: `RS256 by ${rsa}` },
    'unknown-kid': { 'header kid': `${didController}#no-such-key` },
    'kid-of-another-controller': { 'header kid': `did:web:identity.example#${fragment}` },
    'kid-without-hash': { 'header kid': fragment },
    'kid-is-the-controller': { 'header kid': didController },
    'signed-with-id-token-key': { 'header kid': ec, signature: `ES256 by ${ec}` },
    'issuer-of-id-token': { 'claim iss': issuer },
    'wrong-sub': { 'claim sub': 'urn:fdc:gov.uk:2022:somebody-else' },
    'not-yet-valid': { 'claim nbf': now + hour },
    'weaker-vot': { 'claim vot': 'P1' },
    'missing-vot': { 'no claim vot': goodClaim },
    'unknown-vot': { 'claim vot': 'P9' },
    'missing-vc': { 'no claim vc': goodClaim },
    'malformed-vc': { 'claim vc': 'VerifiableCredential' },
    'missing-credential-subject': { 'no claim vc.credentialSubject': goodClaim },
    'missing-name': { 'no claim vc.credentialSubject.name': goodClaim },
    'empty-name-list': name([]),
    'malformed-name': name('Kenneth'),
    'malformed-name-parts': name([{ nameParts: 'Kenneth' }]),
    'name-part-without-value': name([{ nameParts: [{ type: 'GivenName' }] }]),
    'unknown-name-part-type': name([{ nameParts: [{ type: 'Nickname', value: 'Ken' }] }]),
    'missing-birth-date': { 'no claim vc.credentialSubject.birthDate': goodClaim },
    'empty-birth-date-list': birthDate([]),
    'malformed-birth-date': birthDate([{ value: 'the eighth of July' }]),
    'impossible-birth-date': birthDate([{ value: '1965-13-45' }]),
    'birth-date-not-a-list': birthDate('1965-07-08'),
  }
}

/** The faults of the request that carries a logout token. They do not change the token. */
export const logoutCallFaults = [
  'missing-token',
  'token-twice',
  'json-body',
  'oversized-body',
  'get-request',
] as const

type LogoutTokenFault = Exclude<SimulatorFaults['logout-token'], (typeof logoutCallFaults)[number]>

/** The changes that each fault of a logout token makes. */
export function logoutTokenChanges(facts: TokenFacts): Readonly<Record<LogoutTokenFault, Difference>> {
  const { sub, rsa, further } = facts
  return {
    ...sharedChanges(facts),
    'kid-of-another-key': { 'header kid': further },
    'wrong-alg-for-key': { 'header alg': 'RS256', signature: `RS256 by ${rsa}` },
    'wrong-type': { 'header typ': 'at+jwt' },
    'missing-events': { 'no claim events': goodClaim },
    'malformed-events': { 'claim events': event },
    'empty-events': { 'claim events': {} },
    'wrong-event': { 'claim events': { [otherEvent]: {} } },
    'further-event': { 'claim events': { [event]: {}, [otherEvent]: {} } },
    'event-not-empty': { 'claim events': { [event]: { reason: 'none' } } },
    'event-not-an-object': { 'claim events': { [event]: true } },
    'with-nonce': { 'claim nonce': 'a-nonce' },
    'missing-jti': { 'no claim jti': goodClaim },
    'repeated-jti': { 'claim jti': 'repeated-jti' },
    'malformed-sub': { 'claim sub': [sub] },
  }
}
