import type { Faults } from './fault.ts'
import { jwksTokenFaults } from './jwks-token-faults.ts'
import {
  claimsOf,
  missingClaim,
  withClaims,
  withHeader,
  wrongClaims,
  type ChangeToken,
} from './token-fault.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** Ways to break a logout token. */
export const logoutTokenFaults = {
  ...jwksTokenFaults,
  'wrong-type': {
    changes: ['header typ'],
    apply: (draft) => withHeader(draft, { typ: 'at+jwt' }),
  },
  'missing-events': missingClaim('events'),
  'malformed-events': wrongClaims({ events: event }),
  'empty-events': wrongClaims({ events: {} }),
  'wrong-event': wrongClaims({ events: { 'http://schemas.openid.net/event/another': {} } }),
  'further-event': wrongClaims({
    events: { [event]: {}, 'http://schemas.openid.net/event/another': {} },
  }),
  'event-not-empty': wrongClaims({ events: { [event]: { reason: 'none' } } }),
  'event-not-an-object': wrongClaims({ events: { [event]: true } }),
  'with-nonce': wrongClaims({ nonce: 'a-nonce' }),
  'missing-jti': missingClaim('jti'),
  'repeated-jti': wrongClaims({ jti: 'repeated-jti' }),
  'malformed-sub': {
    changes: ['claim sub'],
    apply: (draft) => withClaims(draft, { sub: [claimsOf(draft).sub] }),
  },
} satisfies Faults<ChangeToken>

/** One way to break a logout token. */
export type LogoutTokenFault = keyof typeof logoutTokenFaults

/** Whether a fault breaks the token, not the call. */
export const isLogoutTokenFault = (name: string): name is LogoutTokenFault =>
  Object.hasOwn(logoutTokenFaults, name)
