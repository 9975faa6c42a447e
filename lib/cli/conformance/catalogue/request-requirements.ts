import { documentation, type Requirement } from './requirement.ts'

const { authenticate, tokenRequest, idToken, identity } = documentation

/** Requirements for a working service, and for its requests to One Login. */
export const requestRequirements = {
  'visitor-refused': {
    phase: 'controls',
    rule: 'CHK-1',
    title: 'The page is not shown to a visitor who has not signed in',
    why: 'Without this, One Login does not protect the page.',
    link: authenticate,
  },
  'sign-in': {
    phase: 'controls',
    rule: 'CHK-1',
    title: 'A user can sign in',
    why: 'Every other check compares with a sign-in that works.',
    link: authenticate,
  },
  identity: {
    phase: 'controls',
    rule: 'CHK-1',
    title: 'A user with a proven identity sees the identity page, and a user without one does not',
    why: 'A page that needs an identity must not be shown to a user who only signed in.',
    link: identity,
  },
  state: {
    phase: 'requests',
    rule: 'AUTHZ-2',
    title: 'Each sign-in has a new, long `state`',
    why: "An attacker who can guess `state` can sign a user in to the attacker's account.",
    link: authenticate,
  },
  nonce: {
    phase: 'requests',
    rule: 'AUTHZ-3',
    title: 'Each sign-in has a new, long `nonce`',
    why: 'A `nonce` that is used again lets an attacker use a stolen ID token.',
    link: authenticate,
  },
  pkce: {
    phase: 'requests',
    rule: 'AUTHZ-4',
    title: 'Each sign-in uses PKCE with a new `code_challenge` and `S256`',
    why: 'PKCE makes a stolen authorization code useless.',
    link: authenticate,
  },
  'request-object': {
    phase: 'requests',
    rule: 'AUTHZ-11',
    title: 'The request to `/authorize` is a signed request object (JAR) that expires',
    why: 'Without a signature, the user or anything in the browser can change what your service asked for.',
    link: authenticate,
  },
  vtr: {
    phase: 'requests',
    rule: 'AUTHZ-5',
    title: 'The request says which level of authentication it needs (`vtr`)',
    why: 'Without `vtr` the service depends on a default of One Login.',
    link: authenticate,
  },
  'identity-claims': {
    phase: 'requests',
    rule: 'AUTHZ-7',
    title: 'Identity claims are requested with an identity level only, and always with the core identity',
    why: 'Without the core identity a service has no proof of who the user is.',
    link: identity,
  },
  'identity-after-sign-in': {
    phase: 'requests',
    rule: 'AUTHZ-14',
    title: 'Authentication and identity are 2 requests: the user signs in first',
    why: 'One Login asks for this, so that a user who fails the identity check is still signed in.',
    link: authenticate,
  },
  'client-assertion': {
    phase: 'requests',
    rule: 'CB-8',
    title: 'Each token request has a new client assertion, with `jti`, that expires within 10 minutes',
    why: 'A person who steals an assertion can use it if it is accepted twice or never expires.',
    link: tokenRequest,
  },
  'user-agent': {
    phase: 'requests',
    rule: 'CONF-5',
    title: 'Every call to One Login has the same `User-Agent`',
    why: 'One Login blocks calls without a `User-Agent`.',
    link: authenticate,
  },
  'access-token': {
    phase: 'requests',
    rule: 'UI-1',
    title: 'The access token is sent in the `Authorization` header only',
    why: 'A token in an address is stored in logs.',
    link: authenticate,
  },
  'code-sent-once': {
    phase: 'requests',
    rule: 'CB-10',
    title: 'An authorization code is sent to One Login once, even if the token request fails',
    why: 'A code that arrives twice can be an attack, and One Login never accepts it.',
    link: tokenRequest,
  },
  'keys-downloaded': {
    phase: 'requests',
    rule: 'IDT-1',
    title: 'The service downloads the keys of One Login',
    why: 'One Login changes its keys. A service that does not download them cannot check a signature after that.',
    link: idToken,
  },
  'documents-cached': {
    phase: 'requests',
    rule: 'CONF-3',
    title: 'Discovery document, keys and DID document are not downloaded for each sign-in',
    why: 'Downloading them each time makes every sign-in slower, and no user can sign in when a download fails.',
    link: `${identity}#cache-the-did-document`,
  },
} as const satisfies Record<string, Requirement>
