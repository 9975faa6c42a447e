import { documentation, type Requirement } from './requirement.ts'

const { authenticate, idToken, identity } = documentation

const forIdToken = (rule: string, title: string, why: string) =>
  ({ phase: 'tokens', rule, title, why, link: idToken }) as const

const forIdentity = (rule: string, title: string, why: string) =>
  ({ phase: 'tokens', rule, title, why, link: identity }) as const

/** Requirements for the checks of tokens and claims. */
export const tokenRequirements = {
  'id-token-signature': forIdToken(
    'IDT-1',
    'The signature of the ID token is verified',
    'Without this, anyone who can send a token to your service can sign in as any user.',
  ),
  'id-token-key': forIdToken(
    'IDT-1',
    'The ID token is verified with the key of One Login that its `kid` names',
    'One Login tells services not to trust a token whose `kid` is not among its keys.',
  ),
  'id-token-algorithm': forIdToken(
    'IDT-2',
    'The ID token is signed with ES256 or RS256, never with another algorithm and never unsigned',
    'A token that chooses its own algorithm can be forged with the public key, or with no key.',
  ),
  'id-token-issuer': forIdToken(
    'IDT-3',
    'The ID token was issued by One Login (`iss`)',
    'A token from another issuer proves nothing about a user of One Login.',
  ),
  'id-token-audience': forIdToken(
    'IDT-3',
    'The ID token was issued for your service (`aud`)',
    'Otherwise another service can use the tokens of its users to sign in to yours as them.',
  ),
  'id-token-subject': forIdToken(
    'IDT-3',
    'The ID token identifies the user (`sub`)',
    'Without `sub`, several users can share one account.',
  ),
  'id-token-expiry': forIdToken(
    'IDT-4',
    'The ID token has not expired (`exp`)',
    'Without this, a stolen token never expires.',
  ),
  'id-token-issued-at': forIdToken(
    'IDT-4',
    'The ID token contains the time when it was issued, which is not in the future (`iat`)',
    'A token from the future is not from One Login, or the clock of your service is wrong.',
  ),
  'id-token-nonce': forIdToken(
    'IDT-5',
    'The ID token has the `nonce` of this sign-in',
    'Without this, an attacker can use a token from another sign-in.',
  ),
  'id-token-level': forIdToken(
    'IDT-6',
    'The ID token has at least the level of authentication that was requested (`vot`)',
    'Otherwise a user with only a password can use pages that need a second factor.',
  ),
  'id-token-required': forIdToken(
    'CB-11',
    'A token response without an ID token does not sign a user in',
    'The ID token is the only signed proof of who signed in.',
  ),
  'id-token-access-token': forIdToken(
    'IDT-8',
    'If the ID token has `at_hash`, it matches the access token',
    'This connects the 2 tokens. OpenID Connect makes the check optional.',
  ),
  'id-token-auth-time': forIdToken(
    'IDT-7',
    'If the service sends `max_age`, the user signed in that recently (`auth_time`)',
    'One Login ignores `max_age` for most services, so only this check enforces it.',
  ),
  'userinfo-subject': {
    phase: 'tokens',
    rule: 'UI-1',
    title: 'The user of the userinfo response is the user of the ID token (`sub`)',
    why: 'Otherwise one user can get the data of another.',
    link: authenticate,
  },
  'core-identity-required': forIdentity(
    'CID-7',
    'An identity without a core identity JWT does not count as proven',
    'The core identity is the only signed proof of who the user is.',
  ),
  'core-identity-signature': forIdentity(
    'CID-1',
    'The signature of the core identity is verified',
    'Without this, anyone who can change a response can claim any identity.',
  ),
  'core-identity-key': forIdentity(
    'CID-2',
    'The core identity is verified with the key of the trusted DID document that its `kid` names',
    'One Login tells services not to trust a core identity whose `kid` is not in its DID document.',
  ),
  'core-identity-algorithm': forIdentity(
    'CID-1',
    'The core identity is signed with ES256, never with another algorithm and never unsigned',
    'A token that chooses its own algorithm can be forged with the public key, or with no key.',
  ),
  'core-identity-issuer': forIdentity(
    'CID-4',
    'The core identity was issued by the identity issuer of One Login (`iss`)',
    'A token from another issuer does not prove an identity.',
  ),
  'core-identity-audience': forIdentity(
    'CID-4',
    'The core identity was issued for your service (`aud`)',
    'Otherwise another service can use the identities of its users at your service.',
  ),
  'core-identity-subject': forIdentity(
    'CID-4',
    'The core identity belongs to the user of the ID token (`sub`)',
    "Otherwise a user can use another person's identity.",
  ),
  'core-identity-expiry': forIdentity(
    'CID-4',
    'The core identity has not expired (`exp`)',
    'Without this, a stolen identity never expires.',
  ),
  'core-identity-not-before': forIdentity(
    'CID-4',
    'The core identity is already valid (`nbf`, `iat`)',
    'A token from the future is not from One Login, or the clock of your service is wrong.',
  ),
  'core-identity-level': forIdentity(
    'CID-5',
    'The core identity has at least the level of confidence that was requested (`vot`)',
    'Otherwise a user with a lower level of confidence than you need counts as proven.',
  ),
} as const satisfies Record<string, Requirement>
