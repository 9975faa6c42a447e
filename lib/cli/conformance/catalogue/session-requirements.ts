import { documentation, type Requirement } from './requirement.ts'

const { authenticate, sessions, oauthSecurity, logoutToken } = documentation

const atCallback = (rule: string, title: string, why: string) =>
  ({ phase: 'callback', rule, title, why, link: oauthSecurity }) as const

const atSignOut = (rule: string, title: string, why: string) =>
  ({ phase: 'sign-out', rule, title, why, link: sessions }) as const

const ofLogoutToken = (rule: string, title: string, why: string) =>
  ({ phase: 'back-channel', rule, title, why, link: logoutToken }) as const

const forged = 'Otherwise anyone who finds the address can sign your users out.'

/** Requirements for the callback, sign-out and back-channel logouts. */
export const sessionRequirements = {
  'callback-state': atCallback(
    'CB-1',
    'A callback without the `state` of a sign-in that this browser started does not sign a user in',
    "Otherwise an attacker can sign a user in to the attacker's account.",
  ),
  'login-csrf': atCallback(
    'CB-1',
    'A callback of a sign-in that another browser started is rejected',
    "Otherwise an attacker can send a link that signs the user in to the attacker's account.",
  ),
  'callback-replay': atCallback(
    'CB-1',
    'A callback works once: repeating it does not send the code again',
    'A repeated code is an attack or a mistake. It never works.',
  ),
  'callback-error': atCallback(
    'CB-3',
    'An error from One Login does not sign a user in, and its description does not become HTML of the page',
    'A description that becomes HTML lets an attacker run scripts in your pages.',
  ),
  'callback-parameters': atCallback(
    'CB-2',
    'Repeated, nested and missing parameters do not break the service',
    'Anyone can send such a request. If it stops the service, one request is an outage.',
  ),
  'open-redirect': atCallback(
    'CB-12',
    'After sign-in the user comes back to your service, never to an address in a link',
    'Otherwise a link to your service can lead users to a copy of it.',
  ),
  'session-renewed': atCallback(
    'CB-12',
    'The session gets a new ID at sign-in',
    'Otherwise an attacker who knows or sets the session cookie before the sign-in is signed in too.',
  ),
  'session-cookie': atCallback(
    'SESS-9',
    'The session cookie is `HttpOnly` and has `SameSite`',
    'Scripts can steal a cookie without `HttpOnly`. Other sites can use one without `SameSite`.',
  ),
  'several-tabs': atCallback(
    'AUTHZ-2',
    'Sign-ins in 2 tabs of one browser both finish',
    'Users open several tabs. If a sign-in fails for that reason, they contact support.',
  ),
  'no-store': atCallback(
    'CB-15',
    'Pages of a signed-in user are not stored by the browser (`Cache-Control: no-store`)',
    'On a shared computer the next person can see them with the back button.',
  ),
  'sign-out-session': atSignOut(
    'SESS-1',
    'Sign-out ends the session in your service',
    'A user who signed out on a shared computer must not be signed in any more.',
  ),
  'sign-out-one-login': atSignOut(
    'SESS-1',
    'Sign-out continues at One Login, with the ID token and a registered address to return to',
    'Otherwise the user is still signed in to One Login, and the next person can open their account with one click.',
  ),
  'sign-out-cross-site': atSignOut(
    'SESS-4',
    'Another site cannot sign the user out',
    'Otherwise a picture on any page can sign your users out.',
  ),
  'logout-ends-sessions': {
    phase: 'back-channel',
    rule: 'SESS-7',
    title: 'A back-channel logout gets status 200 and ends only the sessions of its user',
    why: 'One Login sends it when a user signs out elsewhere, and when an account is suspended.',
    link: sessions,
  },
  'logout-then-sign-in': {
    phase: 'back-channel',
    rule: 'SESS-18',
    title: 'After a back-channel logout the user can sign in again at once',
    why: 'A user who must sign in again must be able to.',
    link: sessions,
  },
  'logout-token-signature': ofLogoutToken('SESS-6', 'The signature of the logout token is verified', forged),
  'logout-token-key': ofLogoutToken(
    'SESS-6',
    'The logout token is verified with the key that its `kid` names',
    forged,
  ),
  'logout-token-algorithm': ofLogoutToken(
    'SESS-6',
    'The logout token is never unsigned or signed with HS256',
    forged,
  ),
  'logout-token-issuer': ofLogoutToken('SESS-6', 'The logout token was issued by One Login (`iss`)', forged),
  'logout-token-audience': ofLogoutToken(
    'SESS-6',
    'The logout token was issued for your service (`aud`)',
    'Otherwise a logout for another service signs your users out.',
  ),
  'logout-token-expiry': ofLogoutToken(
    'SESS-6',
    'The logout token has not expired (`exp`)',
    'Otherwise an old token can be used to sign a user out again and again.',
  ),
  'logout-token-issued-at': ofLogoutToken(
    'SESS-6',
    'The logout token contains the time when it was issued, which is not in the future (`iat`)',
    'A token from the future is not from One Login.',
  ),
  'logout-token-event': ofLogoutToken(
    'SESS-6',
    'The logout token is for the event of a back-channel logout (`events`)',
    'Otherwise a token for something else, such as an ID token, signs your users out.',
  ),
  'logout-token-nonce': ofLogoutToken(
    'SESS-6',
    'The logout token has no `nonce`',
    'A token with a `nonce` is an ID token, and many people have one.',
  ),
  'logout-token-id': ofLogoutToken(
    'SESS-6',
    'The logout token has an ID that has not been used before (`jti`)',
    'Otherwise a copied token can be used to sign a user out again and again.',
  ),
  'logout-call': {
    phase: 'back-channel',
    rule: 'SESS-8',
    title: 'A call without a valid logout token gets a response and ends no session',
    why: 'Anyone can call the address. A call must not stop the service.',
    link: authenticate,
  },
} as const satisfies Record<string, Requirement>
