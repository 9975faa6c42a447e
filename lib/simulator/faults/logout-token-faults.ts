import {
  having,
  missing,
  signedTokenFaults,
  withClaims,
  withHeader,
  type TokenFault,
} from './signed-token-faults.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** Ways to break a logout token. */
export const logoutTokenFaults = {
  ...signedTokenFaults,
  'unknown-kid': (draft) => withHeader(draft, { kid: 'no-such-key' }),
  'kid-of-another-key': (draft, { keys }) => withHeader(draft, { kid: keys.further.kid }),
  'wrong-alg-for-key': async (draft, { keys }) =>
    withHeader(draft, { alg: 'RS256' }, (await keys.rsa).signature),
  'wrong-type': (draft) => withHeader(draft, { typ: 'at+jwt' }),
  'missing-events': missing('events'),
  'malformed-events': having({ events: event }),
  'empty-events': having({ events: {} }),
  'wrong-event': having({ events: { 'http://schemas.openid.net/event/another': {} } }),
  'further-event': having({ events: { [event]: {}, 'http://schemas.openid.net/event/another': {} } }),
  'event-not-empty': having({ events: { [event]: { reason: 'none' } } }),
  'event-not-an-object': having({ events: { [event]: true } }),
  'with-nonce': having({ nonce: 'a-nonce' }),
  'missing-jti': missing('jti'),
  'repeated-jti': having({ jti: 'repeated-jti' }),
  'malformed-sub': (draft) => withClaims(draft, { sub: [draft.claims.sub] }),
} satisfies Record<string, TokenFault>

/** Ways to break the call that carries a logout token. */
export const logoutCallFaults = [
  'missing-token',
  'token-twice',
  'json-body',
  'oversized-body',
  'get-request',
] as const

/** One way to break the call that carries a logout token. */
export type LogoutCallFault = (typeof logoutCallFaults)[number]

/** Whether a fault is one of the call, not of the token. */
export const isLogoutCallFault = (name: string): name is LogoutCallFault =>
  logoutCallFaults.some((fault) => fault === name)
